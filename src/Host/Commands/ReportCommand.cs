using VaeGpu.Host.Serving;
using VaeGpu.Training.Files;

namespace VaeGpu.Host.Commands;

/// <summary>The command "report": the page of "serve" in one file, which needs no server.</summary>
internal static class ReportCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop) => new ModelCommand(
        "report",
        "Writes the page of \"serve\" for one run as a single HTML file: curves, samples, strange examples, and latent space on a grid.",
        takesData: true,
        "The page (.html) [default: report.html in the run's folder]").Does(terminal, stop, (_, use) =>
    {
        string file = use.Output("report.html");
        using var server = Server.OfRuns([use.Folder], use.DataSource, use.Machine, terminal);
        try
        {
            string page = Report.Of(server.Runs[0], stop).GetAwaiter().GetResult();
            AtomicFile.Write(file, stream => stream.Write(Encoding.UTF8.GetBytes(page)));
        }
        catch (RefusedException e)
        {
            throw new Training.RunException(e.Message, e);
        }
        terminal.Output.WriteLine(file);
    });
}
