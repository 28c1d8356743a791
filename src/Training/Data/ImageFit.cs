namespace VaeGpu.Training.Data;

/// <summary>The size and channels that pictures of files are brought to; null leaves them as the files have them.</summary>
public sealed record ImageFit(int? Width = null, int? Height = null, int? Channels = null);
