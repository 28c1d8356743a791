namespace VaeGpu.Training.Data;

/// <summary>What data of files is brought to; null leaves it as the files have it, or as it follows from them.</summary>
/// <param name="Width">Columns of a picture.</param>
/// <param name="Height">Rows of a picture.</param>
/// <param name="Channels">Channels of a picture.</param>
/// <param name="Columns">The scales of a table's columns.</param>
/// <param name="Alphabet">The symbols of lines of text, the first being the blank that fills them up.</param>
/// <param name="LabelNames">The classes of a conditional model, where they have names.</param>
/// <param name="Binarization">When gray pixels become black or white; tables and text have none.</param>
/// <param name="Whole">Whether data without a held-out part is all held out, in its order, for a model that is trained already.</param>
public sealed record DataFit(
    int? Width = null, int? Height = null, int? Channels = null, IReadOnlyList<ColumnScale>? Columns = null, string? Alphabet = null,
    IReadOnlyList<string>? LabelNames = null, Binarization Binarization = Binarization.None, bool Whole = false);
