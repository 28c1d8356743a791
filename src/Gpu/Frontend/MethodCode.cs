using System.Collections.Concurrent;

namespace VaeGpu.Gpu.Frontend;

/// <summary>What the importer needs to know of a method's IL. It is found once, however often the method is inlined.</summary>
internal sealed class MethodCode
{
    private static readonly ConcurrentDictionary<MethodBase, MethodCode> known = new();

    private readonly Lazy<HashSet<Type>> changed;
    private readonly Lazy<LiveVariables> live;

    private MethodCode(MethodBase method, MethodBody body)
    {
        TryOffset = body.ExceptionHandlingClauses.Count > 0 ? body.ExceptionHandlingClauses[0].TryOffset : null;
        LocalTypes = [.. body.LocalVariables.Select(l => l.LocalType)];
        Type[] parameters = [.. method.GetParameters().Select(p => p.ParameterType)];
        ArgumentTypes = method.IsStatic ? parameters : [method.DeclaringType!.MakeByRefType(), .. parameters];
        Instructions = IlReader.Read(method, body.GetILAsByteArray()!);
        Graph = new ControlFlowGraph(Instructions);
        changed = new(FindChanged);
        live = new(() => new LiveVariables(this));
    }

    public Type[] LocalTypes { get; }

    public Type[] ArgumentTypes { get; }

    public List<IlInstruction> Instructions { get; }

    public ControlFlowGraph Graph { get; }

    /// <summary>Where the first protected block begins.</summary>
    public int? TryOffset { get; }

    public LiveVariables Live => live.Value;

    /// <summary>The code of a method; null where it has none.</summary>
    public static MethodCode? Of(MethodBase method)
    {
        if (known.TryGetValue(method, out MethodCode? code))
            return code;
        return method.GetMethodBody() is { } body ? known.GetOrAdd(method, new MethodCode(method, body)) : null;
    }

    /// <summary>
    /// Whether the method changes variables of a type by assignment only, though it takes their addresses to call them:
    /// views and other read-only structs that no instruction writes, and no call may write, through a reference.
    /// </summary>
    public bool IsStable(Type type) => StructLayout.IsReadOnly(type) && !changed.Value.Contains(type);

    private HashSet<Type> FindChanged()
    {
        var found = new HashSet<Type>();
        foreach (IlInstruction i in Instructions)
        {
            switch (i.Operand)
            {
                case Type type when i.Operation is "initobj" or "stobj" or "cpobj":
                    found.Add(type);
                    break;
                case MethodBase called:
                    if (called.IsConstructor && i.Operation == "call")
                        found.Add(called.DeclaringType!);
                    foreach (ParameterInfo parameter in called.GetParameters())
                    {
                        if (parameter.ParameterType.IsByRef)
                            found.Add(parameter.ParameterType.GetElementType()!);
                    }
                    break;
            }
        }
        return found;
    }
}
