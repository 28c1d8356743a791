namespace VaeGpu.Gpu.Targets.OpenCL;

/// <summary>
/// Functions that a kernel's text begins with, where OpenCL C has no operation with the meaning that the IR asks for.
/// T is the type, U its unsigned twin, S the address space; only what is used is written.
/// </summary>
internal sealed class OpenCLHelpers
{
    private const string Linear = "(get_local_id(2) * get_local_size(1) + get_local_id(1)) * get_local_size(0) + get_local_id(0)";
    private const string Everything = "CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE";

    /// <summary>
    /// LLVM writes a variable's name into a function that is always called with it, and PoCL gives each group local memory of its own
    /// only for what the kernel itself names: functions that are not inlined would share it.
    /// </summary>
    private const string Inlined = "static __attribute__((always_inline)) ";

    private static readonly Dictionary<string, string> Bodies = new()
    {
        ["div"] = "$T div_$T($T a, $T b) { return b == 0 ? 0 : b == -1 ? ($T)(0 - ($U)a) : a / b; }",
        ["rem"] = "$T rem_$T($T a, $T b) { return b == 0 || b == -1 ? 0 : a % b; }",
        ["divu"] = "$U divu_$T($U a, $U b) { return b == 0 ? 0 : a / b; }",
        ["remu"] = "$U remu_$T($U a, $U b) { return b == 0 ? 0 : a % b; }",
        ["min"] = "$T min_$T($T a, $T b) { return a < b || a != a || (a == b && signbit(a)) ? a : b; }",
        ["max"] = "$T max_$T($T a, $T b) { return a > b || a != a || (a == b && !signbit(a)) ? a : b; }",
        // Against a constant that is no NaN, and no zero that the other zero would beat, one comparison is enough.
        ["at_most"] = "$T at_most_$T($T x, $T limit) { return x >= limit ? limit : x; }",
        ["at_least"] = "$T at_least_$T($T x, $T limit) { return x <= limit ? limit : x; }",
        ["int"] = "int int_$T($T x) { return x != x ? 0 : convert_int_sat(x); }",
        ["uint"] = "uint uint_$T($T x) { return x != x ? 0 : convert_uint_sat(x); }",
        ["long"] = "long long_$T($T x) { return x != x ? 0 : convert_long_sat(x); }",
        ["ulong"] = "ulong ulong_$T($T x) { return x != x ? 0 : convert_ulong_sat(x); }",
        ["atomic_add"] = Exchange("add", "as_float(before) + value"),
        ["atomic_min"] = Exchange("min", "min_float(as_float(before), value)"),
        ["atomic_max"] = Exchange("max", "max_float(as_float(before), value)"),
        ["group_count"] = $$"""
            int group_count(__local int* scratch, bool predicate)
            {
                barrier({{Everything}});
                if (get_local_id(0) + get_local_id(1) + get_local_id(2) == 0)
                    *scratch = 0;
                barrier(CLK_LOCAL_MEM_FENCE);
                if (predicate)
                    atomic_inc(scratch);
                barrier(CLK_LOCAL_MEM_FENCE);
                return *scratch;
            }
            """,
        ["group_broadcast"] = $$"""
            $T group_broadcast_$T(__local $T* scratch, $T value, int source)
            {
                barrier({{Everything}});
                if ({{Linear}} == (uint)source)
                    *scratch = value;
                barrier(CLK_LOCAL_MEM_FENCE);
                return *scratch;
            }
            """,
    };

    private readonly OrderedDictionary<string, string> used = [];

    public const string Barrier = $"barrier({Everything})";

    public const string Fence = $"mem_fence({Everything})";

    /// <summary>The thread's linear index in its group.</summary>
    public const string LinearIndex = $"(int)({Linear})";

    /// <summary>The name of a function for a type and an address space, which will be written.</summary>
    public string Use(string function, string type = "", string space = "")
    {
        string text = Bodies[function]
            .Replace("$T", type, StringComparison.Ordinal)
            .Replace("$U", "u" + type, StringComparison.Ordinal)
            .Replace("$S", space, StringComparison.Ordinal);
        int name = text.IndexOf('(', StringComparison.Ordinal);
        used.TryAdd(text, text);
        return text[(text.LastIndexOf(' ', name) + 1)..name];
    }

    /// <summary>Writes the functions that were used.</summary>
    public void Write(StringBuilder target)
    {
        foreach (string text in used.Keys)
            target.Append(Inlined).Append(text).Append("\n\n");
    }

    private static string Exchange(string name, string next) => $$"""
        float atomic_{{name}}$S_float(volatile $S uint* target, float value)
        {
            uint seen = *target, before;
            do {
                before = seen;
                seen = atomic_cmpxchg(target, before, as_uint({{next}}));
            } while (seen != before);
            return as_float(before);
        }
        """;
}
