using System.Text.RegularExpressions;
using VaeGpu.Gpu.Accelerators;
using VaeGpu.Gpu.Passes;
using VaeGpu.Gpu.Targets.OpenCL;
using VaeGpu.Gpu.Targets.Ptx;
using VaeGpu.Gpu.Targets.Simd;

namespace VaeGpu.Gpu.Inspection;

/// <summary>The languages that a kernel can be shown in.</summary>
public enum CodeTarget
{
    /// <summary>The compiler's own form, after all passes.</summary>
    Ir,
    /// <summary>NVIDIA's PTX.</summary>
    Ptx,
    /// <summary>OpenCL C 1.2.</summary>
    OpenCL,
    /// <summary>The operations on vectors that the CPU target emits.</summary>
    Simd,
}

/// <summary>The code that is generated for a kernel, under the C# lines that it comes from.</summary>
public static partial class CodeListing
{
    /// <summary>The lanes of the widest vectors of this processor.</summary>
    public static int VectorLanes => SimdDevice.Create(1, 0).WarpSize;

    /// <summary>The code for groups of one shape. C# lines stand as comments, with their text where the source file is at hand.</summary>
    /// <exception cref="KernelCompilationException">The language, or the target, does not allow something in the kernel.</exception>
    public static string Of(MethodInfo kernel, Index3D groupDim, CodeTarget target, KernelSpecialization specialization = default)
    {
        Function function = new KernelSource(kernel, specialization).Optimize(groupDim, target == CodeTarget.Simd ? VectorLanes : 32);
        if (target is CodeTarget.OpenCL or CodeTarget.Simd)
            CudaOnly.Refuse(function, $"The target {target.ToString().ToLowerInvariant()}");
        return WithSource(target switch
        {
            CodeTarget.Ptx => PtxEmitter.Emit(WideAccesses.Apply(function, alignedViews: true), groupDim,
                new PtxOptions(GroupsPerProcessor: specialization.MinNumGroupsPerMultiprocessor)).Text,
            CodeTarget.OpenCL => OpenCLEmitter.Emit(function, groupDim).Source,
            CodeTarget.Simd => Simd(function, groupDim),
            _ => Printer.Print(function, withLines: true),
        }, function);
    }

    private static string Simd(Function function, Index3D groupDim)
    {
        var listing = new SimdListing();
        SimdProgram program = SimdEmitter.Emit(function, groupDim, VectorLanes, listing);
        return $"// {function.Name}\n// {VectorLanes} lanes; {program.IlBytes} bytes of IL, {program.Locals} variables, "
            + $"{program.SharedBytes} shared bytes, {program.SpillBytes} bytes kept across barriers\n{listing}";
    }

    /// <summary>Puts the text of each named C# line behind its name.</summary>
    private static string WithSource(string code, Function function)
    {
        Dictionary<string, string[]> sources = function.Body.All().Select(i => i.Location?.File).OfType<string>().Distinct()
            .Where(File.Exists).DistinctBy(Path.GetFileName).ToDictionary(path => Path.GetFileName(path), File.ReadAllLines);
        var text = new StringBuilder();
        foreach (string line in code.Split('\n'))
        {
            text.Append(line.TrimEnd('\r'));
            if (LineName().Match(line) is { Success: true } name && sources.TryGetValue(name.Groups[1].Value, out string[]? source)
                && int.Parse(name.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture) is var number
                    && number <= source.Length)
            {
                text.Append("   ").Append(source[number - 1].Trim());
            }
            text.Append('\n');
        }
        return text.ToString().TrimEnd('\n') + "\n";
    }

    [GeneratedRegex(@"^\s*// (\S+\.cs):(\d+)\s*$")]
    private static partial Regex LineName();
}
