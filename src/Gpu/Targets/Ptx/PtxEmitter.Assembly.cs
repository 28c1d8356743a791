namespace VaeGpu.Gpu.Targets.Ptx;

/// <summary>PTX written by hand, and the addresses that it takes.</summary>
internal sealed partial class PtxEmitter
{
    /// <summary>What instructions ask for that the compiler itself does not write, by what their names hold.</summary>
    private static readonly (string Name, PtxIsa Isa)[] Newer =
    [
        (".sync", PtxIsa.WarpMasks),
        ("activemask", new(new(6, 2), 50)),
        ("lop3", new(new(4, 3), 50)),
        ("f16x2", new(new(4, 2), 53)),
        ("dp4a", new(new(5, 0), 61)),
        ("match.", new(new(6, 0), 70)),
        ("fence.", new(new(6, 0), 70)),
        (".acquire", new(new(6, 0), 70)),
        (".release", new(new(6, 0), 70)),
        ("nanosleep", new(new(6, 3), 70)),
        ("ldmatrix", new(new(6, 5), 75)),
        ("tanh.approx", new(new(7, 0), 75)),
        ("mbarrier", new(new(7, 0), 80)),
        ("mma.sync", new(new(7, 0), 80)),
        ("redux.sync", new(new(7, 0), 80)),
        ("cp.async", new(new(7, 0), 80)),
        (".bf16", new(new(7, 0), 80)),
        (".tf32", new(new(7, 0), 80)),
        (".NaN", new(new(7, 0), 80)),
        ("L1::", new(new(7, 4), 70)),
        ("L2::", new(new(7, 4), 75)),
        ("createpolicy", new(new(7, 4), 80)),
        ("stmatrix", new(new(7, 8), 90)),
        ("cvt.rn.tf32", new(new(7, 8), 90)),
        ("griddepcontrol", new(new(7, 8), 90)),
        ("cp.async.bulk", new(new(8, 0), 90)),
        ("mbarrier.try_wait", new(new(7, 8), 90)),
    ];

    /// <summary>The text with registers in place of its arguments, each of them its own: what is read stays as it is.</summary>
    private void WriteAssembly(AssemblyText i)
    {
        foreach ((string name, PtxIsa needed) in Newer)
        {
            if (i.Text.Contains(name, StringComparison.Ordinal))
                Require(needed);
        }
        string[] outputs = wide[i] = [.. i.Outputs.Select(registers.New)];
        var names = new string[i.Arguments.Length];
        for (int k = 0; k < names.Length; k++)
        {
            (int input, int output) = i.Arguments[k];
            names[k] = output >= 0 ? outputs[output] : Register(i.Operands[input]);
            if (output >= 0 && input >= 0)
                Move(names[k], OperandOf(i.Operands[input]), i.Outputs[output]);
        }
        string text = AssemblyText.Placeholder().Replace(i.Text, match => match.Value == "%%" ? "%" : names[int.Parse(match.ValueSpan[1..],
            System.Globalization.CultureInfo.InvariantCulture)]);
        foreach (string line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            Line(line);
        if (!text.TrimEnd().EndsWith('}') && !text.TrimEnd().EndsWith(';') && text.Trim().Length > 0)
            Line(";");
    }

    /// <summary>A generic address: what C# calls a pointer. That of shared memory lies in a window which the GPU knows.</summary>
    private void WriteAddress(Instruction i)
    {
        Value pointer = i.Operands[0];
        string address = Register(pointer);
        if (pointer.Type.Space != AddressSpace.Global)
        {
            string offset = registers.New(IrType.I64);
            Put("cvt.u64.u32", offset, address);
            address = offset;
        }
        Put($"cvta.{PtxTypes.Name(pointer.Type.Space)}.u64", Define(i), address);
    }
}
