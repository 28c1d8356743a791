namespace VaeGpu.Layers.Models;

/// <summary>The hidden layers of a model by name; the types have their layers.</summary>
/// <remarks>To add an architecture: write its <see cref="HiddenLayers"/> in a file of this folder, and add a line here.</remarks>
public sealed class Architecture : Choice<Architecture>
{
    private readonly Func<ArchitectureSizes, HiddenLayers> layers;

    private Architecture(
        Func<ArchitectureSizes, HiddenLayers> layers, ValueList<int>? defaultChannels = null, [CallerMemberName] string member = "")
        : base(member) => (this.layers, DefaultChannels) = (layers, defaultChannels ?? []);

    /// <inheritdoc cref="LinearLayers"/>
    public static Architecture Mlp { get; } = new(LinearLayers.Of);
    /// <inheritdoc cref="ConvolutionalLayers"/>
    public static Architecture Conv { get; } = new(ConvolutionalLayers.Of, defaultChannels: [32, 64]);

    /// <summary>The channels of its convolutions where nothing else is said; empty for an architecture without convolutions.</summary>
    public ValueList<int> DefaultChannels { get; }

    /// <summary>Whether it has convolutions, and so takes pictures only.</summary>
    public bool IsConvolutional => DefaultChannels.Count > 0;

    /// <summary>The layers of given sizes.</summary>
    public HiddenLayers Layers(ArchitectureSizes sizes) => layers(sizes);
}

/// <summary>What hidden layers are made for; those of an encoder, which the decoder mirrors.</summary>
/// <param name="Height">Rows of an image, in pixels.</param>
/// <param name="Width">Columns of an image, in pixels.</param>
/// <param name="Colors">Planes of an image.</param>
/// <param name="Channels">Channels of each convolution, from the data on.</param>
/// <param name="Hidden">Widths of the linear layers, from the data on.</param>
public sealed record ArchitectureSizes(int Height, int Width, int Colors, ValueList<int> Channels, ValueList<int> Hidden);
