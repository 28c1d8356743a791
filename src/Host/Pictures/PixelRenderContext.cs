using OxyPlot;
using SkiaSharp;

namespace VaeGpu.Host.Pictures;

/// <summary>
/// Draws charts into pixels with Skia, all text in one font that comes with the program: OxyPlot.SkiaSharp takes the machine's fonts,
/// of which there may be none.
/// </summary>
internal sealed class PixelRenderContext : ClippingRenderContext, IDisposable
{
    /// <summary>Pixels for a unit of the chart, along each side.</summary>
    public const float Scale = 1.5f;

    private const string FontName = "DejaVuSans.ttf";
    private const double Bold = 600;

    private readonly SKBitmap bitmap;
    private readonly SKCanvas canvas;
    private readonly SKTypeface typeface;
    private readonly SKPaint paint = new() { IsAntialias = true };

    /// <summary>A white picture of <paramref name="width"/> × <paramref name="height"/> units.</summary>
    public PixelRenderContext(double width, double height)
    {
        bitmap = new SKBitmap(
            (int)Math.Ceiling(Scale * width), (int)Math.Ceiling(Scale * height), SKColorType.Rgba8888, SKAlphaType.Opaque);
        canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.White);
        canvas.Scale(Scale);
        using Stream font = typeof(PixelRenderContext).Assembly.GetManifestResourceStream(FontName)!;
        typeface = SKTypeface.FromStream(font);
    }

    /// <summary>Writes what is drawn as PNG.</summary>
    public void SaveAsPng(Stream stream)
    {
        using SKPixmap pixels = bitmap.PeekPixels();
        pixels.Encode(stream, new SKPngEncoderOptions(SKPngEncoderFilterFlags.Up, zLibLevel: 1));
    }

    public override void DrawLine(
        IList<ScreenPoint> points, OxyColor stroke, double thickness, EdgeRenderingMode edges, double[] dashArray, LineJoin lineJoin)
    {
        using SKPath path = PathOf(points);
        Stroke(path, stroke, thickness, dashArray, lineJoin);
    }

    public override void DrawPolygon(
        IList<ScreenPoint> points, OxyColor fill, OxyColor stroke, double thickness, EdgeRenderingMode edges, double[] dashArray,
        LineJoin lineJoin)
    {
        using SKPath path = PathOf(points);
        path.Close();
        if (fill.IsVisible())
        {
            Take(fill, SKPaintStyle.Fill);
            canvas.DrawPath(path, paint);
        }
        Stroke(path, stroke, thickness, dashArray, lineJoin);
    }

    public override void DrawText(
        ScreenPoint p, string text, OxyColor fill, string fontFamily, double fontSize, double fontWeight, double rotate,
        HorizontalAlignment halign, VerticalAlignment valign, OxySize? maxSize)
    {
        if (string.IsNullOrEmpty(text) || fill.IsInvisible())
            return;
        using SKFont font = Font(fontSize);
        string[] lines = StringHelper.SplitLines(text);
        SKFontMetrics metrics = font.Metrics;
        float height = font.Spacing, rest = (lines.Length - 1) * height, baseline = valign switch
        {
            VerticalAlignment.Top => -metrics.Ascent,
            VerticalAlignment.Middle => -(metrics.Ascent + metrics.Descent + rest) / 2,
            _ => -metrics.Descent - rest,
        };
        SKTextAlign side = halign switch
        {
            HorizontalAlignment.Left => SKTextAlign.Left, HorizontalAlignment.Center => SKTextAlign.Center, _ => SKTextAlign.Right,
        };
        Take(fill, SKPaintStyle.Fill);
        canvas.Save();
        canvas.Translate((float)p.X, (float)p.Y);
        canvas.RotateDegrees((float)rotate);
        // Bold is drawn twice, side by side: Skia's own would fill the gap below the dot of an i.
        float[] places = fontWeight >= Bold ? [-(float)fontSize / 40, (float)fontSize / 40] : [0];
        foreach (float x in places)
        {
            for (int i = 0; i < lines.Length; i++)
                canvas.DrawText(lines[i], x, baseline + i * height, side, font, paint);
        }
        canvas.Restore();
    }

    public override OxySize MeasureText(string text, string fontFamily, double fontSize, double fontWeight)
    {
        if (string.IsNullOrEmpty(text))
            return OxySize.Empty;
        using SKFont font = Font(fontSize);
        string[] lines = StringHelper.SplitLines(text);
        return new OxySize(lines.Max(line => font.MeasureText(line)), lines.Length * font.Spacing);
    }

    public void Dispose()
    {
        paint.Dispose();
        canvas.Dispose();
        typeface.Dispose();
        bitmap.Dispose();
    }

    protected override void SetClip(OxyRect rect)
    {
        canvas.Save();
        canvas.ClipRect(new SKRect((float)rect.Left, (float)rect.Top, (float)rect.Right, (float)rect.Bottom), antialias: true);
    }

    protected override void ResetClip() => canvas.Restore();

    private static SKPath PathOf(IList<ScreenPoint> points)
    {
        var path = new SKPath();
        for (int i = 0; i < points.Count; i++)
        {
            var point = new SKPoint((float)points[i].X, (float)points[i].Y);
            if (i == 0)
                path.MoveTo(point);
            else
                path.LineTo(point);
        }
        return path;
    }

    private void Stroke(SKPath path, OxyColor color, double thickness, double[]? dashes, LineJoin join)
    {
        if (color.IsInvisible() || thickness <= 0)
            return;
        Take(color, SKPaintStyle.Stroke);
        paint.StrokeWidth = (float)thickness;
        paint.StrokeJoin = join switch
        {
            LineJoin.Miter => SKStrokeJoin.Miter, LineJoin.Round => SKStrokeJoin.Round, _ => SKStrokeJoin.Bevel,
        };
        float[] lengths = [.. (dashes ?? []).Select(dash => (float)(dash * thickness))];
        using SKPathEffect? dashed = lengths.Length == 0 ? null : SKPathEffect.CreateDash(lengths, 0);
        paint.PathEffect = dashed;
        canvas.DrawPath(path, paint);
        paint.PathEffect = null;
    }

    private void Take(OxyColor color, SKPaintStyle style) =>
        (paint.Color, paint.Style) = (new SKColor(color.R, color.G, color.B, color.A), style);

    private SKFont Font(double size) => new(typeface, (float)size) { Subpixel = true, Edging = SKFontEdging.Antialias };
}
