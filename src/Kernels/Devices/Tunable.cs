using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Devices;

/// <summary>A property of <see cref="DeviceTuning"/> whose best value depends on the device, and is found by measuring.</summary>
public sealed class Tunable
{
    private static readonly TileShape[] Tiles = [TileShape.Rows4, TileShape.Rows6, TileShape.Rows8, TileShape.Rows12];

    private readonly Func<DeviceTuning, IEnumerable<DeviceTuning>> candidates;
    private readonly Func<DeviceTuning, string> value;

    private Tunable(string name, Func<DeviceTuning, IEnumerable<DeviceTuning>> candidates, Func<DeviceTuning, string> value) =>
        (Name, this.candidates, this.value) = (name, candidates, value);

    /// <summary>Every one.</summary>
    public static IReadOnlyList<Tunable> All { get; } =
    [
        Of(nameof(DeviceTuning.Tile), tuning => tuning.Tile, tuning => tuning.StagesOperands ? [] : Tiles,
            (tuning, tile) => tuning with { Tile = tile }),
        Of(nameof(DeviceTuning.FewestGroups), tuning => tuning.FewestGroups,
            tuning =>
                tuning.StagesOperands ? [(tuning.Processors + 1) / 2, tuning.Processors, 2 * tuning.Processors, 4 * tuning.Processors] : [],
            (tuning, groups) => tuning with { FewestGroups = groups }),
        Of(nameof(DeviceTuning.PackedFrom), tuning => tuning.PackedFrom,
            tuning => tuning.PacksPanels ? [1 << 17, 1 << 18, 1 << 19, 1 << 20, 1 << 22] : [],
            (tuning, numbers) => tuning with { PackedFrom = numbers }, ofPacking: true),
        Of(nameof(DeviceTuning.PackedBlock), tuning => tuning.PackedBlock,
            tuning => tuning.PacksPanels ? [1 << 16, 1 << 17, 1 << 18, 1 << 19] : [],
            (tuning, numbers) => tuning with { PackedBlock = numbers }, ofPacking: true),
        // What reads four channels at once has 4 or 8 rows.
        Of(nameof(DeviceTuning.ConvTile), tuning => tuning.ConvTile,
            tuning => tuning.ConvReadsFours ? [TileShape.Rows4, TileShape.Rows8] : Tiles,
            (tuning, tile) => tuning with { ConvTile = tile }, ofConvolutions: true),
    ];

    /// <summary>The property's name.</summary>
    public string Name { get; }

    /// <summary>Whether it concerns convolutions, and not matrix products.</summary>
    public bool OfConvolutions { get; private init; }

    /// <summary>Whether it only says what is packed, and how: products with the same scratch memory are launched in the same way.</summary>
    public bool OfPacking { get; private init; }

    /// <summary>The values that are tried, the device's own among them; none where it has no meaning.</summary>
    public IReadOnlyList<DeviceTuning> Candidates(DeviceTuning tuning) => [.. candidates(tuning)];

    /// <summary>The value, as a file holds it.</summary>
    public string Value(DeviceTuning tuning) => value(tuning);

    /// <summary>The values of all that have a meaning for a device, such as "Tile = Rows12, ConvTile = Rows8".</summary>
    public static string Values(DeviceTuning tuning) =>
        string.Join(", ", All.Where(one => one.Candidates(tuning).Count > 0).Select(one => $"{one.Name} = {one.Value(tuning)}"));

    private static Tunable Of<T>(
        string name, Func<DeviceTuning, T> value, Func<DeviceTuning, T[]> candidates, Func<DeviceTuning, T, DeviceTuning> with,
        bool ofConvolutions = false, bool ofPacking = false) => new(
            name, tuning => candidates(tuning).Select(candidate => with(tuning, candidate)),
            tuning => FormattableString.Invariant($"{value(tuning)}"))
        {
            OfConvolutions = ofConvolutions, OfPacking = ofPacking,
        };
}
