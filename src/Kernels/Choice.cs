using System.Text.Json;

namespace VaeGpu.Kernels;

/// <summary>
/// One of a kind that is chosen by name, such as an activation or a likelihood. A kind lists its choices as static properties; the name
/// of a property in kebab case is the choice's name on the command line and in files: <c>LeakyRelu</c> is "leaky-relu".
/// </summary>
public abstract class Choice<TSelf> where TSelf : Choice<TSelf>
{
    private static readonly List<TSelf> Declared = [];

    /// <summary>Adds the choice to <see cref="All"/>.</summary>
    /// <param name="member">The static property that holds it.</param>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    protected Choice(string member)
    {
        Name = JsonNamingPolicy.KebabCaseLower.ConvertName(member);
        if (Declared.Exists(other => other.Name == Name))
            throw new ArgumentException($"There is already a choice of the name \"{Name}\".", nameof(member));
        Declared.Add((TSelf)this);
    }

    /// <summary>Every choice, in the order of declaration.</summary>
    public static IReadOnlyList<TSelf> All
    {
        get
        {
            RuntimeHelpers.RunClassConstructor(typeof(TSelf).TypeHandle);
            return Declared;
        }
    }

    /// <summary>The name on the command line and in files.</summary>
    public string Name { get; }

    /// <summary>The choice of a name.</summary>
    /// <exception cref="FormatException">There is no such choice; the message lists those that there are.</exception>
    public static TSelf Named(string name) => All.FirstOrDefault(choice => choice.Name == name)
        ?? throw new FormatException($"\"{name}\" is not one of {string.Join(", ", All)}.");

    /// <inheritdoc/>
    public sealed override string ToString() => Name;
}
