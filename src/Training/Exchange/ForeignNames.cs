using System.Text.RegularExpressions;

namespace VaeGpu.Training.Exchange;

/// <summary>Brings the names of other programs to those that the model has.</summary>
internal static partial class ForeignNames
{
    /// <summary>
    /// Layers of torch.nn.Sequential count activations: those of "encoder.0", "encoder.2" become "encoder.0", "encoder.1". Other names
    /// stay.
    /// </summary>
    public static StoredTensor[] Renumbered(StoredTensor[] tensors)
    {
        var layers = tensors.Select(tensor => Layer().Match(tensor.Name)).Where(match => match.Success)
            .GroupBy(match => match.Groups["network"].Value, match => int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture))
            .ToDictionary(network => network.Key, network => network.Distinct().Order().ToList());
        return Array.ConvertAll(tensors, tensor => Layer().Match(tensor.Name) is { Success: true } match
            ? tensor with { Name = Renumbered(match, layers[match.Groups["network"].Value]) }
            : tensor);
    }

    private static string Renumbered(Match match, List<int> numbers)
    {
        int number = numbers.IndexOf(int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture));
        return FormattableString.Invariant($"{match.Groups["network"].Value}.{number}.{match.Groups["kind"].Value}");
    }

    [GeneratedRegex(@"^(?<network>encoder|decoder|prior)\.(?<number>[0-9]{1,6})\.(?<kind>weight|bias)$")]
    private static partial Regex Layer();
}
