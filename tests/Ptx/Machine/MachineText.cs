using System.Buffers.Binary;
using System.Runtime.InteropServices;
using VaeGpu.CudaEmulator.Machine;

namespace VaeGpu.Tests.Ptx.Machine;

/// <summary>Writes small modules for the tests of the machine, and runs them.</summary>
internal static class MachineText
{
    /// <summary>Registers that every test kernel has.</summary>
    public const string Registers =
        ".reg .pred %p<8>; .reg .b16 %h<8>; .reg .b32 %r<16>; .reg .b64 %rd<16>; .reg .f32 %f<16>; .reg .f64 %fd<8>;";

    public static string Module(
        string body, string parameters = "", string version = "7.8", int target = 80, string top = "", string bounds = "") => $$"""
        .version {{version}}
        .target sm_{{target}}
        .address_size 64
        {{top}}
        .visible .entry k({{parameters}}) {{bounds}}
        {
        {{Registers}}
        {{body}}
        ret;
        }
        """;

    /// <summary>The line of a module on which an instruction of its body stands.</summary>
    public static int LineOf(string module, string instruction) =>
        module.Split('\n').Index().First(line => line.Item.Contains(instruction)).Index + 1;

    /// <summary>
    /// Runs one instruction in one lane. a, b and c are in registers 1, 2, 3 of every kind; the result is register 0 of the kind that the
    /// instruction names, a predicate as 0 or 1.
    /// </summary>
    public static ulong Result(string instruction, ulong a = 0, ulong b = 0, ulong c = 0, string version = "7.8", int target = 90,
        bool approximate = false)
    {
        string[] inputs = ["a", "b", "c"];
        string load = string.Concat(inputs.Select((name, i) => $"""
            ld.param.b64 %rd{i + 1}, [{name}];
            ld.param.b32 %r{i + 1}, [{name}];
            ld.param.b16 %h{i + 1}, [{name}];
            ld.param.f32 %f{i + 1}, [{name}];
            ld.param.f64 %fd{i + 1}, [{name}];

            """));
        string kind = new[] { "%rd0", "%fd0", "%r0", "%f0", "%h0", "%p0" }.First(instruction.Contains);
        string store = kind switch
        {
            "%rd0" => "st.global.b64 [%rd9], %rd0;",
            "%fd0" => "st.global.f64 [%rd9], %fd0;",
            "%r0" => "st.global.b32 [%rd9], %r0;",
            "%f0" => "st.global.f32 [%rd9], %f0;",
            "%h0" => "st.global.b16 [%rd9], %h0;",
            _ => "selp.b32 %r0, 1, 0, %p0; st.global.b32 [%rd9], %r0;",
        };
        string text = Module($"ld.param.u64 %rd9, [out];\n{load}\n{instruction}\n{store}",
            ".param .u64 out, .param .b64 a, .param .b64 b, .param .b64 c", version, target);
        PtxMemory memory = new();
        ulong output = memory.Allocate(8);
        memory.Write(output, new byte[8]);
        new PtxMachine(memory) { AllowApproximations = approximate }.Launch(PtxModule.Parse(text).Entry("k"), (1, 1, 1), (1, 1, 1), 0,
            Block(output, a, b, c));
        return Read<ulong>(memory, output, 1)[0];
    }

    /// <summary>Runs a body for a group of threads and gives what each left in %r0.</summary>
    public static uint[] Threads(string body, int threads = 32, int dynamicShared = 0, string top = "", string version = "7.8",
        int target = 80)
    {
        string text = Module($$"""
            ld.param.u64 %rd9, [out];
            mov.u32 %r9, %tid.x;
            mul.wide.u32 %rd10, %r9, 4;
            add.s64 %rd9, %rd9, %rd10;
            {{body}}
            done:
            st.global.b32 [%rd9], %r0;
            """, ".param .u64 out", version, target, top);
        PtxMemory memory = new();
        ulong output = memory.Allocate(4 * threads);
        new PtxMachine(memory).Launch(PtxModule.Parse(text).Entry("k"), (1, 1, 1), (threads, 1, 1), dynamicShared, Block(output));
        return Read<uint>(memory, output, threads);
    }

    /// <summary>
    /// What the machine finds in a body that a group of threads runs; %r9 is the thread, %rd9 its place in an output of one word per
    /// thread.
    /// </summary>
    public static PtxFault Fault(string body, int threads = 32, int dynamicShared = 0, string top = "", string version = "7.8",
        int target = 80) =>
        Assert.Throws<PtxFault>(() => Threads(body, threads, dynamicShared, top, version, target))!;

    /// <summary>What the parser says of a body.</summary>
    public static PtxException Refusal(string body, string parameters = "", string version = "7.8", int target = 80, string top = "",
        string bounds = "") =>
        Assert.Throws<PtxException>(() => PtxModule.Parse(Module(body, parameters, version, target, top, bounds)))!;

    public static byte[] Block(params ReadOnlySpan<ulong> values)
    {
        byte[] block = new byte[8 * values.Length];
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(block.AsSpan(8 * i), values[i]);
        return block;
    }

    public static ulong Upload<T>(PtxMemory memory, ReadOnlySpan<T> values) where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(values);
        ulong address = memory.Allocate(bytes.Length);
        memory.Write(address, bytes);
        return address;
    }

    public static T[] Read<T>(PtxMemory memory, ulong address, int count) where T : unmanaged
    {
        T[] values = new T[count];
        memory.Read(address, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
