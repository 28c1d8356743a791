using System.Runtime.InteropServices;
using global::Onnx;
using Google.Protobuf;
using DataType = Onnx.TensorProto.Types.DataType;

namespace VaeGpu.Training.Exchange.Onnx;

/// <summary>A graph of ONNX operators under construction. Values are named; the first axis of inputs and outputs is "batch".</summary>
internal sealed class OnnxGraph(string name)
{
    private const string Batch = "batch";
    private readonly GraphProto graph = new() { Name = name };
    private readonly HashSet<string> parameters = [];

    /// <summary>The model of this graph.</summary>
    public ModelProto Model(IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var model = new ModelProto
        {
            IrVersion = OnnxFormat.IrVersion, ProducerName = "vaegpu", Graph = graph,
            OpsetImport = { new OperatorSetIdProto { Version = OnnxFormat.Opset } },
        };
        model.MetadataProps.Add(metadata.Select(text => new StringStringEntryProto { Key = text.Key, Value = text.Value }));
        return model;
    }

    /// <summary>Declares an input of float32 numbers, (batch, sides).</summary>
    public string Input(string name, params int[] sides) => Declare(graph.Input, name, DataType.Float, sides);

    /// <summary>Declares an input of whole numbers, int64, (batch, sides).</summary>
    public string Codes(string name, params int[] sides) => Declare(graph.Input, name, DataType.Int64, sides);

    /// <summary>Makes a value an output of float32 numbers, (batch, sides).</summary>
    public void Output(string name, string value, params int[] sides) => Output(name, value, DataType.Float, sides);

    /// <summary>Makes a value an output of whole numbers, int64, (batch, sides).</summary>
    public void OutputCodes(string name, string value, params int[] sides) => Output(name, value, DataType.Int64, sides);

    /// <summary>Makes a number that does not depend on the batch an output, shape (1).</summary>
    public void OutputNumber(string name, float number)
    {
        Add("Identity", [Numbers([number], 1)], [], name);
        graph.Output.Add(Described(name, DataType.Float, [new() { DimValue = 1 }]));
    }

    /// <summary>Adds a node with one output.</summary>
    public string Node(string op, string[] inputs, params AttributeProto[] attributes) =>
        Add(op, inputs, attributes, FormattableString.Invariant($"{op}_{graph.Node.Count}"));

    /// <summary>Adds a node without attributes.</summary>
    public string Node(string op, params string[] inputs) => Node(op, inputs, []);

    /// <summary>Adds a parameter of the model, once however often it is used.</summary>
    public string Parameter(TorchTensor tensor, ReadOnlyMemory<byte> values)
    {
        if (parameters.Add(tensor.Name))
            AddTensor(tensor.Name, DataType.Float, values, tensor.Shape);
        return tensor.Name;
    }

    /// <summary>Adds constants of a shape; without one, a scalar.</summary>
    public string Numbers(float[] numbers, params int[] shape) => AddTensor(
        NextConstant, DataType.Float, MemoryMarshal.AsBytes<float>(numbers).ToArray(), shape);

    /// <summary>A scalar.</summary>
    public string Number(float number) => Numbers([number]);

    /// <summary>Adds a list of whole numbers.</summary>
    public string Integers(params long[] numbers) => AddTensor(
        NextConstant, DataType.Int64, MemoryMarshal.AsBytes<long>(numbers).ToArray(), [numbers.Length]);

    /// <summary>A whole number as a scalar.</summary>
    public string Integer(long number) => AddTensor(NextConstant, DataType.Int64, BitConverter.GetBytes(number), []);

    /// <summary>An attribute that is a whole number.</summary>
    public static AttributeProto Attribute(string name, long value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    /// <summary>An attribute that is a list of whole numbers.</summary>
    public static AttributeProto Attribute(string name, params long[] values) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints, Ints = { values } };

    private string NextConstant => FormattableString.Invariant($"constant_{graph.Initializer.Count}");

    private string AddTensor(string name, DataType type, ReadOnlyMemory<byte> bytes, int[] shape)
    {
        graph.Initializer.Add(new TensorProto
        {
            Name = name, DataType = (int)type, RawData = UnsafeByteOperations.UnsafeWrap(bytes),
            Dims = { shape.Select(side => (long)side) },
        });
        return name;
    }

    private string Add(string op, string[] inputs, AttributeProto[] attributes, string output)
    {
        graph.Node.Add(new NodeProto { OpType = op, Name = output, Input = { inputs }, Output = { output }, Attribute = { attributes } });
        return output;
    }

    private void Output(string name, string value, DataType type, int[] sides)
    {
        Add("Identity", [value], [], name);
        Declare(graph.Output, name, type, sides);
    }

    private static string Declare(ICollection<ValueInfoProto> values, string name, DataType type, int[] sides)
    {
        values.Add(Described(
            name, type,
            [new() { DimParam = Batch }, .. sides.Select(side => new TensorShapeProto.Types.Dimension { DimValue = side })]));
        return name;
    }

    private static ValueInfoProto Described(string name, DataType type, TensorShapeProto.Types.Dimension[] sides) => new()
    {
        Name = name,
        Type = new() { TensorType = new() { ElemType = (int)type, Shape = new() { Dim = { sides } } } },
    };
}
