using System.Reflection;
using System.Runtime.CompilerServices;
using VaeGpu.Gpu.Frontend;
using VaeGpu.Gpu.Runtime;
using VaeGpu.Host;
using VaeGpu.Kernels.Devices;
using VaeGpu.Layers;
using VaeGpu.Training;

namespace VaeGpu.Tests.Kernels;

/// <summary>
/// Keeps <c>-p:KernelCompiler=ILGPU</c> buildable where the packages are not: what the product uses of src/Gpu is what ILGPU 1.5.3 has
/// too, under the same name, with the same parameters and the same meaning. Devices/BuiltIn alone may use more; it has a twin for ILGPU.
/// </summary>
public class VocabularyTests
{
    /// <summary>Per type, its members: by name, or with parameters where src/Gpu has more of the name than ILGPU has.</summary>
    private static readonly Dictionary<string, string> vocabulary = new()
    {
        ["ArrayView<T>"] = "[Int32] [Int64] Length IntLength LengthInBytes SubView Cast",
        ["SharedMemory"] = "Allocate GetDynamic",
        ["LocalMemory"] = "Allocate",
        ["Group"] = "IdxX IdxY IdxZ DimX DimY DimZ LinearIndex Barrier BarrierAnd BarrierOr BarrierPopCount Broadcast",
        ["Grid"] = "IdxX IdxY IdxZ DimX DimY DimZ GlobalIndex GlobalLinearIndex",
        ["Warp"] = "LaneIdx WarpIdx WarpSize Barrier Shuffle ShuffleUp ShuffleDown ShuffleXor Broadcast",
        ["MemoryFence"] = "GroupLevel DeviceLevel",
        ["Atomic"] = "Add Max Min And Or Xor Exchange CompareExchange",
        ["CudaAsm"] = "Emit EmitRef",
        ["ICudaAsmEmitParameter"] = "",
        ["Input<T>"] = "Value op_Implicit",
        ["Output<T>"] = "Value",
        ["Ref<T>"] = "Value op_Implicit",
        ["Interop"] = "FloatAsInt IntAsFloat",
        ["Index1D"] = ".ctor X Size op_Implicit op_Equality op_Inequality",
        ["Index2D"] = ".ctor X Y Size op_Equality op_Inequality",
        ["Index3D"] = ".ctor X Y Z Size op_Implicit(ValueTuple<Int32,Int32,Int32>) op_Equality op_Inequality Equals GetHashCode",
        ["KernelConfig"] = ".ctor(Index3D,Index3D) .ctor(Index3D,Index3D,SharedMemoryConfig) GridDim GroupDim",
        ["SharedMemoryConfig"] = "RequestDynamic",
        ["KernelSpecialization"] = ".ctor(Nullable<Int32>,Nullable<Int32>)",
        ["Context"] = "Create Devices Dispose",
        ["Device"] = "Name AcceleratorType CreateAccelerator",
        ["Accelerator"] = "Name AcceleratorType WarpSize MaxNumThreadsPerGroup MaxSharedMemoryPerGroup NumMultiprocessors MemorySize "
            + "DefaultStream CreateStream Synchronize Dispose Allocate1D LoadKernel LoadStreamKernel LoadAutoGroupedStreamKernel",
        ["AcceleratorType"] = "",
        ["AcceleratorStream"] = "Synchronize Dispose",
        ["MemoryBuffer"] = "Length LengthInBytes Dispose",
        ["MemoryBuffer1D<T,TStride>"] = "View Length CopyFromCPU CopyToCPU GetAsArray1D MemSetToZero",
        ["Dense"] = "",
        ["ArrayViewExtensions"] = "CopyFromCPU CopyToCPU MemSetToZero",
    };

    private static readonly Assembly gpu = typeof(Accelerator).Assembly;

    [TestCase(typeof(Backend))]
    [TestCase(typeof(Vae))]
    [TestCase(typeof(Trainer))]
    [TestCase(typeof(VaeGpuProgram))]
    public void The_product_uses_no_more_of_our_compiler_than_ILGPU_has(Type inAssembly)
    {
        string[] foreign =
        [
            .. inAssembly.Assembly.GetTypes()
                .Where(type => type.Namespace != typeof(Backend).Namespace)
                .SelectMany(Uses)
                .Where(use => !IsIlgpu(use.Member))
                .Select(use => $"{use.Where} uses {Name(use.Member)}")
                .Distinct().Order(),
        ];
        Assert.That(foreign, Is.Empty, "ILGPU 1.5.3 has no such member. Write it with what there is, or put it behind a type of "
            + "src/Kernels/Devices, with one file in BuiltIn and one in Ilgpu. If ILGPU has it, with the same meaning, add it to the list.");
    }

    [Test]
    public void The_devices_of_both_compilers_look_the_same()
    {
        string devices = Path.Combine(Path.GetDirectoryName(SourceFile())!, "../../src/Kernels/Devices");
        Assert.That(PublicMembers(Path.Combine(devices, "Ilgpu")), Is.EquivalentTo(PublicMembers(Path.Combine(devices, "BuiltIn"))),
            "What the rest of the product calls must be in both folders.");
    }

    private static string SourceFile([CallerFilePath] string path = "") => path;

    /// <summary>The declarations, without what they do.</summary>
    private static IEnumerable<string> PublicMembers(string folder) =>
        from file in Directory.EnumerateFiles(folder, "*.cs")
        from line in File.ReadLines(file)
        where line.TrimStart().StartsWith("public ", StringComparison.Ordinal)
        select line.Split("=>")[0].Trim();

    private static IEnumerable<(string Where, MemberInfo Member)> Uses(Type type)
    {
        const BindingFlags All =
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        IEnumerable<MemberInfo> ofFields = type.GetFields(All).SelectMany(field => Parts(field.FieldType));
        IEnumerable<MemberInfo> ofMethods = type.GetMethods(All).Concat<MethodBase>(type.GetConstructors(All)).SelectMany(OfMethod);
        return ofFields.Concat(ofMethods).Where(member => member.Module.Assembly == gpu).Select(member => (type.FullName!, member));
    }

    private static IEnumerable<MemberInfo> OfMethod(MethodBase method)
    {
        IEnumerable<Type> types = method.GetParameters().Select(parameter => parameter.ParameterType);
        if (method is MethodInfo { ReturnType: var result })
            types = types.Append(result);
        if (method.GetMethodBody() is not { } body)
            return types.SelectMany(Parts);
        types = types.Concat(body.LocalVariables.Select(local => local.LocalType));
        var operands = IlReader.Read(method, body.GetILAsByteArray()!).Select(instruction => instruction.Operand).OfType<MemberInfo>();
        return types.SelectMany(Parts).Concat(operands.SelectMany(operand => operand is Type type ? Parts(type) : [operand]));
    }

    /// <summary>The types that a type is made of.</summary>
    private static IEnumerable<MemberInfo> Parts(Type type)
    {
        if (type.HasElementType)
            return Parts(type.GetElementType()!);
        return type.IsGenericType
            ? type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition())
            : type.IsGenericParameter ? [] : [type];
    }

    private static bool IsIlgpu(MemberInfo member)
    {
        if (member is Type type)
            return vocabulary.ContainsKey(Name(type));
        return vocabulary.TryGetValue(Name(member.DeclaringType!), out string? members)
            && members.Split(' ') is var known
            && (known.Contains(Simple(member)) || known.Contains(Simple(member) + Parameters(member)) || known.Contains(Indexer(member)));
    }

    private static string Name(MemberInfo member) => member switch
    {
        Type { IsGenericType: true } type =>
            $"{type.Name.Split('`')[0]}<{string.Join(',', type.GetGenericTypeDefinition().GetGenericArguments().Select(argument => argument.Name))}>",
        Type type => type.Name,
        _ => $"{Name(member.DeclaringType!)}.{Simple(member)}{Parameters(member)}",
    };

    private static string Simple(MemberInfo member) => member.Name.Replace("get_", "");

    private static string Indexer(MemberInfo member) =>
        member.Name == "get_Item" ? Parameters(member).Replace('(', '[').Replace(')', ']') : member.Name;

    private static string Parameters(MemberInfo member) => member is MethodBase method
        ? $"({string.Join(',', method.GetParameters().Select(parameter => Short(parameter.ParameterType)))})"
        : "";

    private static string Short(Type type) => type.IsGenericType
        ? $"{type.Name.Split('`')[0]}<{string.Join(',', type.GetGenericArguments().Select(Short))}>"
        : type.Name;
}
