using Spectre.Console;
using Spectre.Console.Rendering;
using VaeGpu.Training.Runs;

namespace VaeGpu.Host.Progress;

/// <summary>Progress for a person: a bar that moves, and above it a line for each finished epoch.</summary>
internal sealed class LiveProgress : ITrainingObserver
{
    private const int BarWidth = 12;
    private readonly IAnsiConsole console;
    private readonly ProgressTask task;
    private TrainingProgress latest;

    private LiveProgress(IAnsiConsole console, ProgressTask task) => (this.console, this.task) = (console, task);

    /// <summary>Shows the bar while <paramref name="train"/> runs.</summary>
    public static T Show<T>(TextWriter output, Func<LiveProgress, T> train)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            ColorSystem = Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 }
                ? ColorSystemSupport.NoColors
                : ColorSystemSupport.Detect,
        });
        return console.Progress()
            .AutoClear(true)
            .Columns(new ProgressBarColumn { Width = BarWidth }, new LineColumn())
            .Start(context => train(new LiveProgress(console, context.AddTask("compiling kernels", maxValue: 1))));
    }

    public void Progressed(TrainingProgress progress)
    {
        latest = progress;
        task.Value = progress.Done;
        task.Description = ProgressText.Of(progress);
    }

    /// <summary>Writes a line above the bar.</summary>
    public void Say(string line) => console.WriteLine(line);

    public void EpochEnded(EpochMetrics metrics) =>
        console.WriteLine($"{ProgressText.Of(metrics, latest.Epochs)}{ProgressText.Rate(latest)}");

    /// <summary>The description on one line, however narrow the terminal.</summary>
    private sealed class LineColumn : ProgressColumn
    {
        private const int Gap = 2;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(ProgressText.Cut(task.Description, options.ConsoleSize.Width - BarWidth - Gap));
    }
}
