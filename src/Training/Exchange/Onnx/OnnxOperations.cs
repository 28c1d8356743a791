namespace VaeGpu.Training.Exchange.Onnx;

/// <summary>What is often made of a few operators.</summary>
internal static class OnnxOperations
{
    /// <summary>All but the first axis, which stays.</summary>
    public static string Reshape(this OnnxGraph graph, string value, params int[] sides) =>
        graph.Node("Reshape", value, graph.Integers([-1, .. sides.Select(side => (long)side)]));

    /// <summary>The numbers from <paramref name="first"/> to <paramref name="end"/> of axis 1.</summary>
    public static string Columns(this OnnxGraph graph, string value, int first, int end) =>
        graph.Node("Slice", value, graph.Integers(first), graph.Integers(end), graph.Integers(1));

    /// <summary>A value within bounds.</summary>
    public static string Clip(this OnnxGraph graph, string value, float least, float most) =>
        graph.Node("Clip", value, graph.Number(least), graph.Number(most));

    /// <summary>A value times a number.</summary>
    public static string Times(this OnnxGraph graph, string value, float factor) => graph.Node("Mul", value, graph.Number(factor));

    /// <summary>A value plus a number.</summary>
    public static string Plus(this OnnxGraph graph, string value, float number) => graph.Node("Add", value, graph.Number(number));

    /// <summary>A sum over one axis, which vanishes.</summary>
    public static string Sum(this OnnxGraph graph, string value, int axis) =>
        graph.Node("ReduceSum", [value, graph.Integers(axis)], OnnxGraph.Attribute("keepdims", 0));

    /// <summary>Whole numbers below <paramref name="count"/> as rows of zeros with a 1, on a new last axis.</summary>
    public static string OneHot(this OnnxGraph graph, string codes, int count) =>
        graph.Node("OneHot", codes, graph.Integer(count), graph.Numbers([0, 1], 2));
}
