namespace VaeGpu.Training.Data;

/// <summary>A named data set: the images to train on and the images held out. Both have the same size and are labelled alike.</summary>
public sealed record DataSplit(string Name, ImageSet Train, ImageSet Test);
