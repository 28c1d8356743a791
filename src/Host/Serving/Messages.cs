using System.ComponentModel;

namespace VaeGpu.Host.Serving;

/// <summary>The runs that are served.</summary>
/// <param name="Runs">In the order in which they were named.</param>
internal sealed record RunList(IReadOnlyList<RunState> Runs);

/// <summary>Where a run stands.</summary>
/// <param name="Name">What it is called in requests.</param>
/// <param name="State">"training", "stopped", "done", or "unreadable".</param>
/// <param name="Problem">What is wrong with its files; null where nothing is.</param>
/// <param name="Description">What it follows from; null where that cannot be read.</param>
/// <param name="History">The epochs that are done.</param>
/// <param name="Checkpoint">A stamp of the run's checkpoint, which changes with it; null before the first checkpoint.</param>
/// <param name="Progress">The epoch under way; null unless this server trains.</param>
internal sealed record RunState(
    string Name, string State, string? Problem, RunDescription? Description, RunHistory History, string? Checkpoint,
    ProgressState? Progress);

/// <summary>What a run follows from.</summary>
/// <param name="Data">The name of the data.</param>
/// <param name="Train">Examples to train on.</param>
/// <param name="HeldOut">Examples held out.</param>
/// <param name="Kind">"image", "text" or "table".</param>
/// <param name="Size">The size of an example in words.</param>
/// <param name="Model">The widths of the layers.</param>
/// <param name="Likelihood">The likelihood's name.</param>
/// <param name="Unit">What losses are measured in.</param>
/// <param name="Latent">Latent dimensions.</param>
/// <param name="Classes">The classes of a conditional model, by name; empty where the model is not conditional.</param>
/// <param name="UnseenClasses">The classes, by number, of which there was no example to train on.</param>
/// <param name="Epochs">Epochs to train.</param>
/// <param name="Device">The device that it was trained on.</param>
internal sealed record RunDescription(
    string Data, int Train, int HeldOut, string Kind, string Size, string Model, string Likelihood, string Unit, int Latent,
    IReadOnlyList<string> Classes, IReadOnlyList<int> UnseenClasses, int Epochs, string Device);

/// <summary>The metrics of epochs, a number each; of many epochs some.</summary>
internal sealed record RunHistory(
    IReadOnlyList<int> Epoch, IReadOnlyList<double> Seconds, IReadOnlyList<double> Train, IReadOnlyList<double> Test,
    IReadOnlyList<double> Reconstruction, IReadOnlyList<double> Kl);

/// <summary>An epoch under way.</summary>
/// <param name="Epoch">Its number from 1.</param>
/// <param name="Done">The part of the run's training that is done, 0 to 1.</param>
/// <param name="Loss">The mean over the epoch so far.</param>
/// <param name="ExamplesPerSecond">The pace.</param>
/// <param name="Remaining">Seconds left at that pace.</param>
internal sealed record ProgressState(int Epoch, double Done, double Loss, double ExamplesPerSecond, double Remaining);

/// <summary>Codes to decode.</summary>
/// <param name="Run">The run's name.</param>
/// <param name="Z">Latent vectors, shape (count, latent); at most 256.</param>
/// <param name="Label">The class of a conditional model, by name or number.</param>
/// <param name="Units">"latent", or "prior": units in which the prior is N(0, I).</param>
internal sealed record DecodeRequest(
    [property: Description("The run's name.")] string Run,
    [property: Description("Latent vectors, shape (count, latent); at most 256.")] float[][] Z,
    [property: Description("The class of a conditional model, by name or number.")] string? Label = null,
    [property: Description("\"latent\", or \"prior\": units in which the prior is N(0, I).")] string Units = "latent");

/// <summary>Examples that a model made.</summary>
/// <param name="Model">What tells the model from that of another checkpoint.</param>
/// <param name="Examples">The examples.</param>
internal sealed record Decoded(string Model, ShownJson Examples);

/// <summary>Examples to encode: held-out ones by their numbers, or values.</summary>
/// <param name="Run">The run's name.</param>
/// <param name="Examples">Numbers of held-out examples; at most 256.</param>
/// <param name="Values">Or examples as a model takes them, shape (count, dimensions).</param>
/// <param name="Label">The class of the values, where the model is conditional; of held-out examples, the class to decode.</param>
internal sealed record EncodeRequest(
    [property: Description("The run's name.")] string Run,
    [property: Description("Numbers of held-out examples; at most 256.")] int[]? Examples = null,
    [property: Description("Or examples as the model takes them, shape (count, dimensions): pixels from 0 to 1, standardized columns, "
        + "or symbols divided by 255.")] float[][]? Values = null,
    [property: Description("The class of the values, where the model is conditional, by name or number.")] string? Label = null);

/// <summary>q(z∣x) of examples.</summary>
/// <param name="Model">What tells the model from that of another checkpoint.</param>
/// <param name="Mean">The means, shape (count, latent).</param>
/// <param name="Deviation">The deviations.</param>
/// <param name="Units">The means in units in which the prior is N(0, I).</param>
internal sealed record Encoded(string Model, float[][] Mean, float[][] Deviation, float[][] Units);

/// <summary>Held-out examples to reconstruct.</summary>
/// <param name="Run">The run's name.</param>
/// <param name="Examples">Their numbers; at most 256.</param>
/// <param name="Label">Another class to decode, at the same place in the prior, where the model is conditional.</param>
internal sealed record ReconstructRequest(string Run, int[] Examples, string? Label = null);

/// <summary>Held-out examples, and what the model makes of their codes.</summary>
internal sealed record Reconstructed(string Model, ShownJson Examples, ShownJson Reconstructions);

/// <summary>What to draw from the prior.</summary>
/// <param name="Run">The run's name.</param>
/// <param name="Count">The number of examples, at most 256.</param>
/// <param name="Seed">The seed of the latent vectors.</param>
/// <param name="Label">The class of a conditional model; null for each in turn.</param>
/// <param name="Draw">Whether x is drawn from p(x∣z), too; else its mean is shown.</param>
internal sealed record SampleRequest(string Run, int Count = 64, uint Seed = 1, string? Label = null, bool Draw = false);

/// <summary>A path between the codes of two held-out examples.</summary>
/// <param name="Run">The run's name.</param>
/// <param name="From">The number of the first.</param>
/// <param name="To">The number of the second.</param>
/// <param name="Steps">Points on the path, both ends among them; from 2 to 64.</param>
/// <param name="Path">"linear" or "spherical".</param>
/// <param name="Label">The class to decode, where the model is conditional; null for that of the first example.</param>
internal sealed record InterpolateRequest(
    string Run, int From, int To, int Steps = 11, string Path = "linear", string? Label = null);

/// <summary>Held-out examples.</summary>
/// <param name="First">The number of the first.</param>
/// <param name="All">How many there are.</param>
/// <param name="Examples">The examples.</param>
/// <param name="Sources">Where each comes from.</param>
/// <param name="Classes">The class of each; null without labels.</param>
internal sealed record HeldOutExamples(
    int First, int All, ShownJson Examples, IReadOnlyList<string> Sources, IReadOnlyList<string>? Classes);

/// <summary>Where a model puts held-out examples, in two of its dimensions, in units in which the prior is N(0, I).</summary>
/// <param name="Model">What tells the model from that of another checkpoint.</param>
/// <param name="Order">The latent dimensions, that of the largest KL first.</param>
/// <param name="Kl">The mean KL of each, in nats, in that order.</param>
/// <param name="Horizontal">The dimension of <paramref name="X"/>.</param>
/// <param name="Vertical">The dimension of <paramref name="Y"/>.</param>
/// <param name="X">A number for each held-out example.</param>
/// <param name="Y">A number for each held-out example.</param>
/// <param name="Labels">The class of each by number; null without labels.</param>
/// <param name="Classes">What the classes are called, by number.</param>
internal sealed record PosteriorView(
    string Model, IReadOnlyList<int> Order, IReadOnlyList<double> Kl, int Horizontal, int Vertical, float[] X, float[] Y,
    IReadOnlyList<int>? Labels, IReadOnlyList<string> Classes);

/// <summary>The held-out examples that a model finds strangest.</summary>
/// <param name="Model">What tells the model from that of another checkpoint.</param>
/// <param name="Scored">How many examples were scored.</param>
/// <param name="Score">What the score is called.</param>
/// <param name="Strangest">The examples, the highest score first.</param>
/// <param name="Examples">The same, to be shown.</param>
internal sealed record AnomalyView(
    string Model, int Scored, string Score, IReadOnlyList<StrangeState> Strangest, ShownJson Examples);

/// <summary>A strange example.</summary>
/// <param name="Example">Its number among the held-out ones.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Class">Its class; null without labels.</param>
/// <param name="Score">Its score.</param>
/// <param name="Reconstruction">Its reconstruction term.</param>
/// <param name="Kl">Its KL.</param>
internal sealed record StrangeState(int Example, string Source, string? Class, double Score, double Reconstruction, double Kl);
