using System.Diagnostics;
using OxyPlot;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using VaeGpu.Host;
using VaeGpu.Host.Pictures;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Host;

namespace VaeGpu.Tests.Pictures;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ChartFileTests : IDisposable
{
    private const float Scale = PixelRenderContext.Scale;

    private readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Test]
    public void A_chart_is_also_a_PNG_of_its_size_with_lines_and_text()
    {
        Assert.That(LossChart.Write(folder["loss chart.1.svg"], "mnist", "nats per image", Epochs(10)), Is.Empty);
        using Image<Rgb24> png = Read("loss chart.1.png");
        Assert.That((png.Width, png.Height), Is.EqualTo(((int)(Scale * 1040), (int)(Scale * 420))));
        Assert.Multiple(() =>
        {
            Assert.That(Count(png, new(0, 0, 1040, 420), IsWhite) / (double)(png.Width * png.Height), Is.InRange(0.85, 0.98));
            Assert.That(Count(png, new(60, 40, 440, 320), IsBlue), Is.GreaterThan(400), "the line of the training loss");
            // The titles of the axes: "epoch" below the panel's middle; that of the values at its left, turned.
            Assert.That(Count(png, new(265, 392, 50, 18), IsDark), Is.GreaterThan(60), "epoch");
            Assert.That(Count(png, new(10, 140, 18, 130), IsDark), Is.GreaterThan(150), "nats per image");
            Assert.That(Count(png, new(200, 392, 50, 18), IsDark), Is.Zero, "beside epoch");
            Assert.That(Count(png, new(10, 300, 18, 100), IsDark), Is.Zero, "below nats per image");
        });
    }

    [Test]
    public void A_title_in_other_alphabets_is_drawn()
    {
        int[] dark = [.. new[] { ".", "ωЖ∣σ", "\uE000\uE000\uE000\uE000" }.Select(title =>
        {
            LossChart.Write(folder["a.svg"], title, "nats", Epochs(3));
            using Image<Rgb24> png = Read("a.png");
            return Count(png, new(200, 0, 200, 25), IsDark);
        })];
        Assert.That(dark[1], Is.GreaterThan(10 * dark[0]));
        Assert.That(dark[1], Is.Not.EqualTo(dark[2]), "boxes of missing letters");
    }

    [Test]
    public void A_bold_i_keeps_its_dot()
    {
        using var context = new PixelRenderContext(60, 40);
        context.DrawText(new(30, 20), "iiii", OxyColors.Black, "", 15, 700, 0, HorizontalAlignment.Center, VerticalAlignment.Middle, null);
        using var stream = new MemoryStream();
        context.SaveAsPng(stream);
        using Image<Rgb24> png = Image.Load<Rgb24>(stream.ToArray());
        int[] dark = [.. Enumerable.Range(0, png.Height).Where(y => Enumerable.Range(0, png.Width).Any(x => IsDark(png[x, y])))];
        Assert.That(dark[^1] - dark[0] + 1, Is.GreaterThan(dark.Length), "rows between the dot and the stem");
    }

    [Test]
    public void Without_the_native_library_there_is_a_note_and_the_chart_as_SVG()
    {
        Directory.CreateDirectory(folder["program"]);
        foreach (string file in Directory.GetFiles(AppContext.BaseDirectory))
            File.Copy(file, folder[Path.Combine("program", Path.GetFileName(file))]);
        string[] call = [folder["program/vaegpu.dll"], .. Call.Train(folder, "--epochs", "1")];
        using var program = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, call)
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
        })!;
        program.StandardOutput.ReadToEnd();
        string error = program.StandardError.ReadToEnd().Trim();
        program.WaitForExit();
        Assert.That((program.ExitCode, error), Is.EqualTo(
            (ExitCode.Done, "note: no PNG was written beside loss.svg: SkiaSharp's native library cannot be loaded on this machine.")));
        Assert.That((File.Exists(folder["run/loss.svg"]), File.Exists(folder["run/loss.png"])), Is.EqualTo((true, false)));
    }

    private static EpochLoss[] Epochs(int count) =>
        [.. Enumerable.Range(1, count).Select(epoch => new EpochLoss(epoch, 100 + 90.0 / epoch, 102 + 80.0 / epoch, 78, 25))];

    private static bool IsWhite(Rgb24 pixel) => pixel is { R: > 250, G: > 250, B: > 250 };

    private static bool IsDark(Rgb24 pixel) => pixel is { R: < 128, G: < 128, B: < 128 };

    private static bool IsBlue(Rgb24 pixel) => pixel is { R: < 128, B: > 200 };

    /// <summary>Pixels of a part of a chart, which is given in the chart's units.</summary>
    private static int Count(Image<Rgb24> png, Rectangle part, Func<Rgb24, bool> isCounted)
    {
        int count = 0;
        for (int y = (int)(Scale * part.Top); y < (int)(Scale * part.Bottom); y++)
        {
            for (int x = (int)(Scale * part.Left); x < (int)(Scale * part.Right); x++)
                count += isCounted(png[x, y]) ? 1 : 0;
        }
        return count;
    }

    private Image<Rgb24> Read(string name) => Image.Load<Rgb24>(folder[name]);
}
