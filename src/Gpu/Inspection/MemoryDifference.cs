using System.Runtime.InteropServices;

namespace VaeGpu.Gpu.Inspection;

/// <summary>The first bits in which two states of a launch's memory differ, in words.</summary>
/// <remarks>One NaN is as good as another: devices do not agree on the bits of those that they make.</remarks>
internal static class MemoryDifference
{
    private static readonly MethodInfo inView =
        typeof(MemoryDifference).GetMethod(nameof(InView), BindingFlags.Static | BindingFlags.NonPublic)!;

    /// <summary>Names the argument, the element and both values; null where all is the same.</summary>
    public static string? Find(LaunchMemory memory, byte[][] actual, byte[][] expected)
    {
        foreach (LaunchMemory.View view in memory.Views.Where(view => view.Buffer >= 0))
        {
            ReadOnlyMemory<byte> Part(byte[] bytes) => bytes.AsMemory((int)view.ByteOffset, (int)view.Length * view.ElementBytes);
            ReadOnlyMemory<byte> left = Part(actual[view.Buffer]), right = Part(expected[view.Buffer]);
            if (!left.Span.SequenceEqual(right.Span)
                && inView.MakeGenericMethod(view.Leaf.Element!).Invoke(null, [NameOf(memory, view), left, right]) is string found)
            {
                return found;
            }
        }
        return Enumerable.Range(0, actual.Length).Select(buffer => BesideViews(memory, buffer, actual[buffer], expected[buffer]))
            .FirstOrDefault(found => found is not null);
    }

    /// <summary>The argument that a view is.</summary>
    public static string NameOf(LaunchMemory memory, LaunchMemory.View view) =>
        memory.Source.Method.GetParameters()[view.Leaf.Parameter].Name!;

    private static string? InView<T>(string name, ReadOnlyMemory<byte> actual, ReadOnlyMemory<byte> expected) where T : unmanaged
    {
        ReadOnlySpan<T> left = MemoryMarshal.Cast<byte, T>(actual.Span), right = MemoryMarshal.Cast<byte, T>(expected.Span);
        for (int i = 0; i < left.Length; i++)
        {
            if (InValue($"{name}[{i}]", left[i], right[i]) is { } found)
                return found;
        }
        return null;
    }

    private static string? InValue(string place, object actual, object expected) => (actual, expected) switch
    {
        (float a, float b) => BitConverter.SingleToUInt32Bits(a) == BitConverter.SingleToUInt32Bits(b) || (float.IsNaN(a) && float.IsNaN(b))
            ? null
            : InWords(place, Text(a), Text(b)),
        _ when actual.Equals(expected) => null,
        _ when actual.GetType().IsPrimitive => InWords(place, Text(actual), Text(expected)),
        _ => actual.GetType().GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Select(field => InValue($"{place}.{field.Name}", field.GetValue(actual)!, field.GetValue(expected)!))
            .FirstOrDefault(found => found is not null),
    };

    private static string? BesideViews(LaunchMemory memory, int buffer, byte[] actual, byte[] expected)
    {
        LaunchMemory.View[] views = [.. memory.Views.Where(view => view.Buffer == buffer)];
        bool IsShown(int at) => views.Any(view => at >= view.ByteOffset && at < view.ByteOffset + view.Length * view.ElementBytes);
        for (int at = actual.AsSpan().CommonPrefixLength(expected); at < actual.Length; at++)
        {
            if (actual[at] != expected[at] && !IsShown(at))
            {
                long beyond = at - views[0].ByteOffset;
                return $"it writes {Math.Abs(beyond)} bytes {(beyond < 0 ? "before" : "behind")} the start of {NameOf(memory, views[0])}, "
                    + "in no argument";
            }
        }
        return null;
    }

    private static string InWords(string place, string actual, string expected) => $"{place} is {actual}, and {expected} on the processor";

    private static string Text(object value) => value is float number
        ? string.Create(CultureInfo.InvariantCulture, $"{number:R} (0x{BitConverter.SingleToUInt32Bits(number):x8})")
        : Convert.ToString(value, CultureInfo.InvariantCulture)!;
}
