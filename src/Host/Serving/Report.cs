using System.Text.Json;
using System.Text.RegularExpressions;

namespace VaeGpu.Host.Serving;

/// <summary>The page with the answers that it asks for, in one file.</summary>
internal static partial class Report
{
    /// <summary>Bytes that pictures of one kind take at most, before they are written in base64.</summary>
    private const int MostBytes = 2 << 20, MostExamples = 224;
    private const int Dimensions = 8, Samples = 64, Strange = 24, Ends = 6, Steps = 9;
    private const float Reach = 3;

    private const string Policy =
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        + "script-src 'unsafe-inline' data:\">";

    /// <summary>The page of a run.</summary>
    /// <exception cref="RefusedException">There is no checkpoint, or the run's data cannot be loaded.</exception>
    public static async Task<string> Of(ServedRun run, CancellationToken stop)
    {
        byte[] answers = JsonSerializer.SerializeToUtf8Bytes(await Answers(run, stop), JsonSerializerOptions.Web);
        string index = PageFiles.Text("index.html");
        // What the JSON encoder writes has no "<", which could end the element.
        string data = $"<script type=\"application/json\" id=\"report\">{Encoding.UTF8.GetString(answers)}</script>";
        return Element().Replace(index, element => element.Groups["name"].Value switch
        {
            "style.css" => $"{Policy}\n<style>\n{PageFiles.Text("style.css")}</style>",
            "app.js" => $"{ImportMap()}\n{data}\n<script type=\"module\">import \"page/app.js\";</script>",
            _ => "",
        });
    }

    /// <summary>The scripts by names, since a script in an address has no neighbors.</summary>
    private static string ImportMap()
    {
        var imports = PageFiles.All.Values.Where(file => file.Name.EndsWith(".js", StringComparison.Ordinal)).ToDictionary(
            file => $"page/{file.Name}",
            file => "data:text/javascript;base64,"
                + Convert.ToBase64String(Encoding.UTF8.GetBytes(Neighbor().Replace(PageFiles.Text(file.Name), "from \"page/$1\""))));
        return $"<script type=\"importmap\">{JsonSerializer.Serialize(new { imports })}</script>";
    }

    private static async Task<object> Answers(ServedRun run, CancellationToken stop)
    {
        var api = new Api([run]);
        ExampleSet held = await run.HeldOut(stop);
        int count = Math.Min(held.Count, Math.Clamp(MostBytes / held.Format.Size, Ends, MostExamples));
        int ends = Math.Min(Ends, count);
        AnomalyView anomalies = await api.Anomalies(run.Name, stop, Strange);
        int[] shown = [.. Enumerable.Range(0, count), .. anomalies.Strangest.Select(one => one.Example)];
        Reconstructed made = await api.Reconstruct(new(run.Name, shown), stop);
        PosteriorView view = await api.Posterior(run.Name, stop);
        int[] order = [.. view.Order.Take(Dimensions)];
        var columns = new Dictionary<int, float[]>();
        foreach (int dimension in order)
            columns[dimension] = (await api.Posterior(run.Name, stop, dimension, dimension)).X[..count];
        return new
        {
            runs = new RunList([RunStates.Of(run)]),
            gallery = ends,
            heldOut = new
            {
                all = shown.Length, made.Examples, Sources = shown.Select(i => held.Sources[i]),
                Classes = held.Labels is { } labels ? shown.Select(i => held.NameOf(labels[i])) : null,
            },
            made.Reconstructions,
            posterior = view with
            {
                Order = order, Kl = [.. view.Kl.Take(Dimensions)], X = [], Y = [], Labels = view.Labels?.Take(count).ToArray(),
            },
            columns,
            samples = (await api.Sample(new(run.Name, Samples), stop)).Examples,
            grid = await Grid(run, view.Horizontal, view.Vertical, stop),
            paths = new { ends, steps = Steps, examples = await Paths(run, held, ends, stop) },
            anomalies = anomalies with
            {
                Strangest = [.. anomalies.Strangest.Select((one, i) => one with { Example = count + i })],
            },
        };
    }

    /// <summary>Points of the plane of two dimensions, decoded, for each class that the model knows; row after row from below.</summary>
    private static Task<object> Grid(ServedRun run, int horizontal, int vertical, CancellationToken stop) => run.Use<object>(model =>
    {
        Generation generation = model.Generation;
        int[] classes = generation.Classes == 0
            ? [0]
            : [.. Enumerable.Range(0, generation.Classes).Except(model.Configuration.Data.UnseenLabels ?? [])];
        int size = model.Configuration.Model.DataDimensions;
        int side = ((int[])[21, 17, 13, 11, 9, 7]).FirstOrDefault(side => (long)side * side * classes.Length * size <= 2 * MostBytes, 5);
        var units = new float[classes.Length * side * side * generation.Latent];
        for (var i = 0; i < classes.Length * side * side; i++)
        {
            units[i * generation.Latent + vertical] = Place(i / side % side);
            units[i * generation.Latent + horizontal] = Place(i % side);
        }
        byte[]? labels = generation.Classes == 0 ? null : [.. classes.SelectMany(label => Enumerable.Repeat((byte)label, side * side))];
        float[] latent = generation.FromPriorUnits(units, labels, stop);
        return new
        {
            side, reach = Reach, horizontal, vertical, labels = classes,
            examples = ShownJson.Of(model.Configuration.Format, generation.DecodeExamples(latent, stop, labels)),
        };

        float Place(int step) => Reach * (2f * step / (side - 1) - 1);
    }, stop);

    /// <summary>The path from each of the first examples to each.</summary>
    private static Task<ShownJson> Paths(ServedRun run, ExampleSet held, int ends, CancellationToken stop) => run.Use(model =>
    {
        Generation generation = model.Generation;
        ExampleSet chosen = held.Select([.. Enumerable.Range(0, ends)]);
        float[] units = generation.ToPriorUnits(generation.Encode(chosen, stop).Means, chosen.Labels, stop);
        (int From, int To)[] pairs =
            [.. Enumerable.Range(0, ends).SelectMany(from => Enumerable.Range(0, ends).Select(to => (from, to)))];
        float[] paths = [.. pairs.SelectMany(pair => LatentPaths.Between(Code(pair.From), Code(pair.To), Steps, PathKind.Linear))];
        byte[]? labels = generation.Classes == 0
            ? null
            : [.. pairs.SelectMany(pair => Enumerable.Repeat(chosen.Labels![pair.From], Steps))];
        float[] latent = generation.FromPriorUnits(paths, labels, stop);
        return ShownJson.Of(model.Configuration.Format, generation.DecodeExamples(latent, stop, labels));

        ReadOnlySpan<float> Code(int example) => units.AsSpan(example * generation.Latent, generation.Latent);
    }, stop);

    /// <summary>What leads from the page to another file.</summary>
    [GeneratedRegex("""<link [^>]*href="(?<name>[^"]*)"[^>]*>|<script [^>]*src="(?<name>[^"]*)"[^>]*></script>""")]
    private static partial Regex Element();

    [GeneratedRegex("""from "\./([\w.]+)"\s*""")]
    private static partial Regex Neighbor();
}
