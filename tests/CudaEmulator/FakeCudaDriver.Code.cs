using System.Runtime.InteropServices;
using System.Text;
using VaeGpu.CudaEmulator.Machine;
using VaeGpu.Gpu.Accelerators;
using VaeGpu.Gpu.Runtime.Cuda;

namespace VaeGpu.CudaEmulator;

/// <content>The compiler, modules and launches.</content>
internal sealed unsafe partial class FakeCudaDriver
{
    // Parsed texts are shared by all drivers: a text is parsed when it is linked and again when it is loaded.
    private static readonly Dictionary<string, PtxModule> parsed = [];

    private sealed class FakeLinker
    {
        public required FakeLog Info { get; init; }
        public required FakeLog Errors { get; init; }
        public string? Text { get; set; }
        public nint Cubin { get; set; }
    }

    /// <summary>A log's buffer. The option of its size is where the driver says how much is written, while the linker lives.</summary>
    private sealed class FakeLog(nint buffer, void** size)
    {
        private readonly int bytes = (int)*size;
        private int end;

        /// <summary>Adds as much as there is room for, with a zero behind it.</summary>
        public void Write(string text)
        {
            byte[] more = Encoding.ASCII.GetBytes(text);
            int length = Math.Min(more.Length, bytes - 1 - end);
            more.AsSpan(0, length).CopyTo(new Span<byte>((void*)buffer, bytes)[end..]);
            end += length;
            ((byte*)buffer)[end] = 0;
            *size = (void*)(end + 1);
        }
    }

    private sealed class FakeModule(PtxModule ptx)
    {
        public PtxModule Ptx => ptx;
    }

    private sealed class FakeFunction(FakeModule module, PtxEntry entry)
    {
        public FakeModule Module => module;
        public PtxEntry Entry => entry;
        public int MaxDynamicShared { get; set; } = PlainShared - entry.StaticSharedBytes;
    }

    private string Header => $"cubin of no GPU, sm_{Capability}\n";

    public CudaError LinkCreate(uint options, CudaJitOption* names, void** values, nint* state) => OutsideCapture(nameof(LinkCreate), () =>
    {
        var given = new Dictionary<CudaJitOption, int>();
        for (int i = 0; i < options; i++)
            given.Add(names[i], i);
        foreach ((CudaJitOption option, int i) in given)
        {
            nint value = (nint)values[i];
            bool isRight = option switch
            {
                CudaJitOption.InfoLogBuffer or CudaJitOption.ErrorLogBuffer => value != 0,
                CudaJitOption.InfoLogBufferBytes or CudaJitOption.ErrorLogBufferBytes => value is > 0 and <= int.MaxValue,
                CudaJitOption.LogVerbose => value is 0 or 1,
                CudaJitOption.OptimizationLevel => value is >= 0 and <= 4,
                CudaJitOption.TargetFromContext => value == 0,
                _ => false,
            };
            if (!isRight)
                return CudaError.CUDA_ERROR_INVALID_VALUE;
        }
        FakeLog Log(CudaJitOption buffer, CudaJitOption bytes) => new((nint)values[given[buffer]], &values[given[bytes]]);
        return Make(state, new FakeLinker
        {
            Info = Log(CudaJitOption.InfoLogBuffer, CudaJitOption.InfoLogBufferBytes),
            Errors = Log(CudaJitOption.ErrorLogBuffer, CudaJitOption.ErrorLogBufferBytes),
        });
    });

    public CudaError LinkAddData(
        nint state, int type, void* data, nuint bytes, byte* name, uint options, CudaJitOption* names, void** values) =>
        OutsideCapture(nameof(LinkAddData), () => With<FakeLinker>(state, linker =>
        {
            var text = new ReadOnlySpan<byte>(data, (int)bytes);
            bool isTerminated = !text.IsEmpty && text.IndexOf((byte)0) == text.Length - 1;
            if (type != CudaNumber.JitInputPtx || linker.Text is not null || !isTerminated)
                return CudaError.CUDA_ERROR_INVALID_VALUE;
            linker.Text = Encoding.ASCII.GetString(text[..^1]);
            try
            {
                PtxModule ptx = Parse(linker.Text);
                return ptx.Version > NewestPtx ? CudaError.CUDA_ERROR_UNSUPPORTED_PTX_VERSION
                    : ptx.Target > Capability ? CudaError.CUDA_ERROR_NO_BINARY_FOR_GPU
                    : CudaError.CUDA_SUCCESS;
            }
            catch (PtxException refusal)
            {
                linker.Errors.Write($"ptxas application ptx input, line {refusal.Line}; error   : {refusal.Message}\n");
                return CudaError.CUDA_ERROR_INVALID_PTX;
            }
        }));

    public CudaError LinkComplete(nint state, void** cubin, nuint* bytes) => OutsideCapture(nameof(LinkComplete), () =>
        With<FakeLinker>(state, linker => Complete(linker, cubin, bytes)));

    private CudaError Complete(FakeLinker linker, void** cubin, nuint* bytes)
    {
        if (linker.Text is not { } text || linker.Cubin != 0)
            return CudaError.CUDA_ERROR_INVALID_VALUE;
        foreach (PtxEntry entry in Parse(text).Entries)
        {
            linker.Info.Write($"""
                ptxas info    : 0 bytes gmem
                ptxas info    : Compiling entry function '{entry.Name}' for 'sm_{Capability}'
                ptxas info    : Function properties for {entry.Name}
                ptxas         .     {entry.LocalBytes} bytes stack frame, 8 bytes spill stores, 16 bytes spill loads
                ptxas info    : Used {entry.Registers} registers, used 1 barriers, {entry.StaticSharedBytes} bytes smem, 352 bytes cmem[0]

                """);
        }
        byte[] image = Encoding.ASCII.GetBytes(Header + text);
        linker.Cubin = Marshal.AllocHGlobal(image.Length + 1);
        Marshal.Copy(image, 0, linker.Cubin, image.Length);
        *cubin = (void*)linker.Cubin;
        // The image that is loaded says itself where it ends.
        ((byte*)*cubin)[image.Length] = 0;
        return Give(bytes, (nuint)(image.Length + 1));
    }

    public CudaError LinkDestroy(nint state) => InContext(nameof(LinkDestroy), () => Drop<FakeLinker>(state, linker =>
    {
        Marshal.FreeHGlobal(linker.Cubin);
        return CudaError.CUDA_SUCCESS;
    }));

    public CudaError ModuleLoadDataEx(nint* module, void* image, uint options, CudaJitOption* names, void** values) =>
        OutsideCapture(nameof(ModuleLoadDataEx), () =>
        {
            string text = Marshal.PtrToStringAnsi((nint)image) ?? "";
            return text.StartsWith(Header, StringComparison.Ordinal)
                ? Make(module, new FakeModule(Parse(text[Header.Length..])))
                : CudaError.CUDA_ERROR_INVALID_IMAGE;
        });

    public CudaError ModuleUnload(nint module) => OutsideCapture(nameof(ModuleUnload), () => Drop<FakeModule>(module, found =>
    {
        foreach ((nint handle, (object made, _)) in handles.ToArray())
        {
            if (made is FakeFunction { Module: var owner } && owner == found)
                handles.Remove(handle);
        }
        return CudaError.CUDA_SUCCESS;
    }));

    public CudaError ModuleGetFunction(nint* function, nint module, byte* name) => InContext(nameof(ModuleGetFunction), () =>
        With<FakeModule>(module, found =>
        {
            string wanted = Marshal.PtrToStringAnsi((nint)name)!;
            return found.Ptx.Entries.FirstOrDefault(entry => entry.Name == wanted) is { } entry
                ? Make(function, new FakeFunction(found, entry))
                : CudaError.CUDA_ERROR_NOT_FOUND;
        }));

    public CudaError FuncGetAttribute(int* value, CudaFunctionAttribute attribute, nint function) =>
        InContext(nameof(FuncGetAttribute), () => With<FakeFunction>(function, found => Give(value, attribute switch
        {
            CudaFunctionAttribute.MaxThreadsPerBlock => Squeeze.Threads > 0 ? Squeeze.Threads : found.Entry.MaxThreads,
            CudaFunctionAttribute.SharedBytes => found.Entry.StaticSharedBytes,
            CudaFunctionAttribute.LocalBytes => found.Entry.LocalBytes,
            CudaFunctionAttribute.Registers => Squeeze.Registers > 0 ? Squeeze.Registers : found.Entry.Registers,
            CudaFunctionAttribute.MaxDynamicSharedBytes => found.MaxDynamicShared,
            _ => 0,
        })));

    public CudaError FuncSetAttribute(nint function, CudaFunctionAttribute attribute, int value) =>
        InContext(nameof(FuncSetAttribute), () => With<FakeFunction>(function, found =>
        {
            int all = value + found.Entry.StaticSharedBytes;
            if (attribute != CudaFunctionAttribute.MaxDynamicSharedBytes || value < 0 || all > SharedOptIn)
                return CudaError.CUDA_ERROR_INVALID_VALUE;
            if (SharedOptIn <= PlainShared)
                return CudaError.CUDA_ERROR_NOT_SUPPORTED;
            found.MaxDynamicShared = value;
            return CudaError.CUDA_SUCCESS;
        }));

    public CudaError LaunchKernel(
        nint function, uint gridX, uint gridY, uint gridZ, uint groupX, uint groupY, uint groupZ, uint sharedBytes, nint stream,
        void** parameters, void** extra) => InContext(nameof(LaunchKernel), () => With<FakeFunction>(function, found =>
        {
            PtxEntry entry = found.Entry;
            var group = ((int)groupX, (int)groupY, (int)groupZ);
            long threads = (long)groupX * groupY * groupZ;
            bool fits = gridX is > 0 and <= int.MaxValue && gridY is > 0 and <= 65535 && gridZ is > 0 and <= 65535
                && groupX <= 1024 && groupY <= 1024 && groupZ <= MostDeep && threads is > 0 and <= 1024
                && threads <= entry.MaxThreads && (entry.RequiredThreads ?? group) == group;
            if (extra is not null || !fits)
                return CudaError.CUDA_ERROR_INVALID_VALUE;
            if (sharedBytes > found.MaxDynamicShared)
                return CudaError.CUDA_ERROR_INVALID_VALUE;
            byte[] block = new byte[entry.ParameterBytes];
            for (int i = 0; i < entry.Parameters.Count; i++)
            {
                PtxParameter parameter = entry.Parameters[i];
                new ReadOnlySpan<byte>(parameters[i], parameter.Size).CopyTo(block.AsSpan(parameter.Offset));
            }
            return Queue(stream, () => All<FakeModule>().Contains(found.Module)
                ? Run(entry, ((int)gridX, (int)gridY, (int)gridZ), group, (int)sharedBytes, block)
                : CudaError.CUDA_ERROR_ILLEGAL_INSTRUCTION);
        }));

    private CudaError Run(PtxEntry entry, (int X, int Y, int Z) grid, (int X, int Y, int Z) group, int sharedBytes, byte[] block)
    {
        try
        {
            machine.Launch(entry, grid, group, sharedBytes, block);
            return CudaError.CUDA_SUCCESS;
        }
        catch (PtxFault fault)
        {
            Fault = fault;
            Console.WriteLine(fault.Message);
            return fault.Kind switch
            {
                _ when Forgives => CudaError.CUDA_ERROR_NOT_SUPPORTED,
                PtxFaultKind.OutOfBounds => CudaError.CUDA_ERROR_ILLEGAL_ADDRESS,
                PtxFaultKind.Misaligned => CudaError.CUDA_ERROR_MISALIGNED_ADDRESS,
                _ => CudaError.CUDA_ERROR_LAUNCH_FAILED,
            };
        }
    }

    private static PtxModule Parse(string text)
    {
        lock (parsed)
        {
            if (!parsed.TryGetValue(text, out PtxModule? module))
                parsed.Add(text, module = PtxModule.Parse(text));
            return module;
        }
    }
}
