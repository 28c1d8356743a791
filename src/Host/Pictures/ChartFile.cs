using System.Globalization;
using OxyPlot;
using SkiaSharp;
using VaeGpu.Training.Files;

namespace VaeGpu.Host.Pictures;

/// <summary>
/// Charts side by side or one below the other, as an SVG picture that needs no other file, and as PNG beside it under the same name.
/// </summary>
internal static class ChartFile
{
    /// <summary>A chart without axes, in the style of all.</summary>
    public static PlotModel Create(string title) => new()
    {
        Title = title, TitleFontSize = 15, Culture = CultureInfo.InvariantCulture, DefaultFont = "Helvetica, Arial, sans-serif",
    };

    /// <summary>Writes charts, each with its place in the picture, to <paramref name="path"/> as SVG, and as PNG.</summary>
    /// <returns>What a person should know: why there is no PNG, where SkiaSharp has no native library for this machine.</returns>
    /// <exception cref="IOException">A file cannot be written; an older one at that path is left as it was.</exception>
    public static IReadOnlyList<string> Write(string path, double width, double height, params (IPlotModel Panel, OxyRect Place)[] panels)
    {
        AtomicFile.Write(path, stream =>
        {
            // Not every viewer aligns text vertically by SVG's own attribute.
            using var svg = new SvgRenderContext(
                stream, width, height, isDocument: true, new AnyFont(), OxyColors.White, useVerticalTextAlignmentWorkaround: true);
            Draw(svg, panels);
        });
        if (!HasNativeLibrary())
            return [$"no PNG was written beside {Path.GetFileName(path)}: SkiaSharp's native library cannot be loaded on this machine."];
        using var pixels = new PixelRenderContext(width, height);
        Draw(pixels, panels);
        AtomicFile.Write(Path.ChangeExtension(path, ".png"), pixels.SaveAsPng);
        return [];
    }

    /// <summary>
    /// Whether SkiaSharp can be used. This is asked before there is any of its objects: one that could not be made has a finalizer, which
    /// fails as well and ends the program.
    /// </summary>
    private static bool HasNativeLibrary()
    {
        try
        {
            return SkiaSharpVersion.CheckNativeLibraryCompatible();
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    private static void Draw(IRenderContext context, (IPlotModel Panel, OxyRect Place)[] panels)
    {
        foreach (var (panel, place) in panels)
        {
            panel.Update(updateData: true);
            panel.Render(context, place);
        }
    }

    /// <summary>
    /// Measures text without the machine's fonts, of which there may be none, and with room for one wider than Helvetica.
    /// </summary>
    private sealed class AnyFont() : PdfRenderContext(1, 1, OxyColors.White)
    {
        public override OxySize MeasureText(string text, string fontFamily, double fontSize, double fontWeight)
        {
            OxySize size = base.MeasureText(text, fontFamily, fontSize, fontWeight);
            return new OxySize(1.4 * size.Width, 1.2 * size.Height);
        }
    }
}
