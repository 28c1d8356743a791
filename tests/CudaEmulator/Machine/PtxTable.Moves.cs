namespace VaeGpu.CudaEmulator.Machine;

internal static partial class PtxTable
{
    private static IEnumerable<PtxForm> Moves() =>
    [
        new("mov.T=b16/b32/b64/u16/u32/u64/s16/s32/s64/f32/f64", "=T, &%T", i =>
            Is8(i) ? Map1<ulong, PtxCopy<ulong>>(i) : Map1<uint, PtxCopy<uint>>(i)),
        new("mov.pred", "=pred, pred", i => new PtxPredicateOp(i.Argument(0), (a, _) => a, i.Argument(1), null)),
        new("mov.b32", "=b32, 2:b16", i => Pack(i, 2)),
        new("mov.b32", "2:=b16, b32", i => Unpack(i, 2)),
        new("mov.b64", "=b64, 2:b32", i => Pack(i, 4)),
        new("mov.b64", "2:=b32, b64", i => Unpack(i, 4)),
        new("mov.b64", "=b64, 4:b16", i => Pack(i, 2)),
        new("mov.b64", "4:=b16, b64", i => Unpack(i, 2)),
        new("cvta.S=global/shared/shared::cta/local.u64", "=u64, &u64", i => Cvta(i, to: false), "2.0", 20),
        new("cvta.to.S=global/shared/shared::cta/local.u64", "=u64, u64", i => Cvta(i, to: true), "2.0", 20),
    ];

    /// <summary>The first element of a vector is the lowest.</summary>
    private static unsafe PtxOp Pack(PtxInstruction i, int bytes)
    {
        PtxSlot d = i.Slot(0);
        PtxSlot[] parts = i.Slots(1);
        return new PtxEach((w, lane) =>
        {
            ulong value = 0;
            for (int part = 0; part < parts.Length; part++)
                value |= (ulong)(w.At<uint>(parts[part])[lane] & (bytes == 2 ? 0xFFFF : uint.MaxValue)) << (8 * bytes * part);
            if (d.Stride == 8)
                w.At<ulong>(d)[lane] = value;
            else
                w.At<uint>(d)[lane] = (uint)value;
        });
    }

    private static unsafe PtxOp Unpack(PtxInstruction i, int bytes)
    {
        PtxSlot[] parts = i.Slots(0);
        PtxSlot a = i.Slot(1);
        return new PtxEach((w, lane) =>
        {
            ulong value = a.Stride == 8 ? w.At<ulong>(a)[lane] : w.At<uint>(a)[lane];
            for (int part = 0; part < parts.Length; part++)
            {
                if (parts[part].Offset >= 0)
                    w.At<uint>(parts[part])[lane] = (uint)(value >> (8 * bytes * part)) & (bytes == 2 ? 0xFFFF : uint.MaxValue);
            }
        });
    }

    private static unsafe PtxOp Cvta(PtxInstruction i, bool to)
    {
        PtxSpace space = Enum.Parse<PtxSpace>(i["S"]!.Split("::")[0], ignoreCase: true);
        return new PtxCvta(i.Slot(0), i.Slot(1), space, to);
    }

    private static IEnumerable<PtxForm> Accesses()
    {
        const string types = "T=b8/b16/b32/b64/u8/u16/u32/u64/s8/s16/s32/s64/f32/f64";
        const string evict = "L1::evict_normal/L1::evict_unchanged/L1::evict_first/L1::evict_last/L1::no_allocate";
        const string prefetch = "?L2::64B/L2::128B/L2::256B";
        const string global = "?S=global";
        const string space = "?S=global/shared/shared::cta/local";
        const string shared = "?S=global/shared/shared::cta";
        yield return new($"ld.param.?V=v2/v4.{types}", "V:=~T, [param]", LoadParameter);
        yield return new($"st.param.?V=v2/v4.{types}", "[param], V:~T", StoreParameter);
        yield return new($"ld.?weak.{space}.?ca/cg/cs/lu/cv.?V=v2/v4.{types}", "V:=~T, [S]", Load);
        yield return new($"ld.?weak.{global}.?{evict}.{prefetch}.?V=v2/v4.{types}", "V:=~T, [S]", Load);
        yield return new($"ld.volatile.{shared}.?V=v2/v4.{types}", "V:=~T, [S]", Load);
        yield return new($"ld.relaxed/acquire.cta/gpu/sys.{shared}.?V=v2/v4.{types}", "V:=~T, [S]", Load, "6.0", 70);
        yield return new($"ld.relaxed/acquire.cta/gpu/sys.{global}.?{evict}.{prefetch}.?V=v2/v4.{types}", "V:=~T, [S]", Load, "6.0", 70);
        yield return new($"ld.S=global.?ca/cg/cs.nc.{prefetch}.?V=v2/v4.{types}", "V:=~T, [S]", Load, "3.1", 32);
        yield return new($"ld.S=global.nc.{evict}.{prefetch}.?V=v2/v4.{types}", "V:=~T, [S]", Load, "7.4", 70);
        yield return new($"st.?weak.{space}.?wb/cg/cs/wt.?V=v2/v4.{types}", "[S], V:~T", Store);
        yield return new($"st.?weak.{global}.{evict}.?V=v2/v4.{types}", "[S], V:~T", Store);
        yield return new($"st.volatile.{shared}.?V=v2/v4.{types}", "[S], V:~T", Store);
        yield return new($"st.relaxed/release.cta/gpu/sys.{shared}.?V=v2/v4.{types}", "[S], V:~T", Store, "6.0", 70);
        yield return new("prefetch.global.L1/L2", "[global]", _ => new PtxNothing(), "2.0", 20);
        foreach (PtxForm form in Atomics("atom", "", "=T, ").Concat(Atomics("red", "", "")))
            yield return form;
        foreach (PtxForm form in Atomics("atom", ".relaxed/acquire/release/acq_rel", "=T, ").Concat(Atomics("red", ".relaxed/release", "")))
            yield return form;
    }

    private static IEnumerable<PtxForm> Atomics(string opcode, string order, string target)
    {
        string since = order == "" ? "2.0" : "6.0";
        int sm = order == "" ? 20 : 70;
        foreach ((string scope, string scopeSince, int scopeTarget) in ((string, string, int)[])[("", since, sm),
            (".cta/gpu/sys", order == "" ? "5.0" : since, Math.Max(60, sm))])
        {
            string head = $"{opcode}{order}{scope}.?S=global/shared/shared::cta";
            PtxForm Form(string tail, string operands, string least = "2.0", int least2 = 20) =>
                new($"{head}.{tail}", $"{target}[S], {operands}", Atomic, Later(least, scopeSince), Math.Max(least2, scopeTarget));
            yield return Form("O=and/or/xor.T=b32", "T");
            yield return Form("O=and/or/xor.T=b64", "T", "3.1", 32);
            yield return Form("O=add.T=u32/s32/u64/f32", "T");
            yield return Form("O=add.T=f64", "T", "5.0", 60);
            yield return Form("O=inc/dec.T=u32", "T");
            yield return Form("O=min/max.T=u32/s32", "T");
            yield return Form("O=min/max.T=u64/s64", "T", "3.1", 32);
            if (opcode == "red")
                continue;
            yield return Form("O=exch.T=b32/b64", "T");
            yield return Form("O=cas.T=b32/b64", "T, T");
        }
    }

    private static string Later(string a, string b) => Version.Parse(a) > Version.Parse(b) ? a : b;

    private static PtxOp LoadParameter(PtxInstruction i)
    {
        PtxAddress address = i.Argument(1).Address!;
        PtxSlot[] targets = i.Slots(0);
        CheckVector(i, targets.Length);
        if (address.Space == PtxSpace.Call)
        {
            CheckConstant(i, address, targets.Length);
            return new PtxLoad<PtxLocalSpace>(address, i.Type(), targets);
        }
        int bytes = i.Type().Bytes() * targets.Length;
        long within = address.Offset - address.Variable!.Address;
        if (within < 0 || within + bytes > address.Variable.Bytes)
            throw i.Refuse($"{bytes} bytes at {within} of parameter '{address.Variable.Name}', which has {address.Variable.Bytes}");
        return address.Offset % bytes != 0 ? throw i.Refuse($"offset {address.Offset} is no multiple of {bytes}")
            : new PtxLoadParameter(address, i.Type(), targets);
    }

    private static PtxOp StoreParameter(PtxInstruction i)
    {
        PtxAddress address = i.Argument(0).Address!;
        PtxSlot[] sources = i.Slots(1);
        CheckVector(i, sources.Length);
        CheckConstant(i, address, sources.Length);
        return address.Space == PtxSpace.Call ? new PtxStore<PtxLocalSpace>(address, i.Type(), sources)
            : throw i.Refuse($"a kernel's parameter '{address.Variable!.Name}' cannot be written");
    }

    private static PtxOp Load(PtxInstruction i)
    {
        PtxAddress address = i.Argument(1).Address!;
        PtxSlot[] targets = i.Slots(0);
        CheckVector(i, targets.Length);
        CheckConstant(i, address, targets.Length);
        return address.Space switch
        {
            PtxSpace.Global when i.Has("nc") => new PtxLoad<PtxConstantSpace>(address, i.Type(), targets),
            PtxSpace.Global => new PtxLoad<PtxGlobalSpace>(address, i.Type(), targets) { Strength = Strength(i) },
            PtxSpace.Shared => new PtxLoad<PtxSharedSpace>(address, i.Type(), targets) { Strength = Strength(i) },
            PtxSpace.Local => new PtxLoad<PtxLocalSpace>(address, i.Type(), targets),
            _ => new PtxLoad<PtxGenericSpace>(address, i.Type(), targets) { Strength = Strength(i) },
        };
    }

    private static PtxOp Store(PtxInstruction i)
    {
        PtxAddress address = i.Argument(0).Address!;
        PtxSlot[] sources = i.Slots(1);
        CheckVector(i, sources.Length);
        CheckConstant(i, address, sources.Length);
        return address.Space switch
        {
            PtxSpace.Global => new PtxStore<PtxGlobalSpace>(address, i.Type(), sources) { Strength = Strength(i) },
            PtxSpace.Shared => new PtxStore<PtxSharedSpace>(address, i.Type(), sources) { Strength = Strength(i) },
            PtxSpace.Local => new PtxStore<PtxLocalSpace>(address, i.Type(), sources),
            _ => new PtxStore<PtxGenericSpace>(address, i.Type(), sources) { Strength = Strength(i) },
        };
    }

    private static PtxStrength Strength(PtxInstruction i) =>
        i.Has("volatile") ? PtxStrength.Device
        : !i.Has("relaxed") && !i.Has("acquire") && !i.Has("release") ? PtxStrength.Weak
        : i.Has("cta") ? PtxStrength.Group : PtxStrength.Device;

    /// <summary>Vectors have at most 128 bits.</summary>
    private static void CheckVector(PtxInstruction i, int count)
    {
        if (count * i.Type().Bytes() > 16)
            throw i.Refuse("a vector has at most 128 bits");
    }

    /// <summary>An access to a named array at a constant place must lie in the array.</summary>
    private static void CheckConstant(PtxInstruction i, PtxAddress address, int count)
    {
        if (address.Variable is not { Dynamic: false } array)
            return;
        int bytes = i.Type().Bytes() * count;
        long within = address.Offset - array.Address;
        if (within < 0 || within + bytes > array.Bytes || address.Offset % bytes != 0)
            throw i.Refuse($"{bytes} bytes at {within} of '{array.Name}', which has {array.Bytes} bytes, aligned to {array.Alignment}");
    }

    private static PtxOp Atomic(PtxInstruction i)
    {
        bool returns = i.Form.Opcode == "atom";
        int at = returns ? 1 : 0;
        PtxAddress address = i.Argument(at).Address!;
        PtxSlot? target = returns ? i.Slot(0) : null;
        PtxSlot b = i.Slot(at + 1);
        PtxSlot? c = i.Count > at + 2 ? i.Slot(at + 2) : null;
        string operation = i["O"]!;
        bool flush = address.Space != PtxSpace.Shared;
        PtxOp atomic = i.Type() switch
        {
            PtxType.B32 or PtxType.U32 => Atomic(address, Change<uint>(operation), target, b, c),
            PtxType.S32 => Atomic(address, Change<int>(operation), target, b, c),
            PtxType.B64 or PtxType.U64 => Atomic(address, Change<ulong>(operation), target, b, c),
            PtxType.S64 => Atomic(address, Change<long>(operation), target, b, c),
            PtxType.F32 => Atomic<float>(address, flush
                ? (old, x, _) => PtxFloats.Flush(PtxFloats.Canonical(PtxFloats.Flush(old) + PtxFloats.Flush(x)))
                : (old, x, _) => PtxFloats.Canonical(old + x), target, b, c),
            _ => Atomic<double>(address, (old, x, _) => old + x, target, b, c),
        };
        atomic.Strength = i.Has("cta") ? PtxStrength.Group : PtxStrength.Device;
        return atomic;
    }

    private static PtxOp Atomic<T>(PtxAddress address, Func<T, T, T, T> change, PtxSlot? target, PtxSlot b, PtxSlot? c)
        where T : unmanaged => address.Space switch
    {
        PtxSpace.Global => new PtxAtomic<T, PtxGlobalSpace>(address, change, target, b, c),
        PtxSpace.Shared => new PtxAtomic<T, PtxSharedSpace>(address, change, target, b, c),
        _ => new PtxAtomic<T, PtxGenericSpace>(address, change, target, b, c),
    };

    private static Func<T, T, T, T> Change<T>(string operation) where T : System.Numerics.IBinaryInteger<T> => operation switch
    {
        "add" => (old, x, _) => old + x,
        "and" => (old, x, _) => old & x,
        "or" => (old, x, _) => old | x,
        "xor" => (old, x, _) => old ^ x,
        "min" => (old, x, _) => T.Min(old, x),
        "max" => (old, x, _) => T.Max(old, x),
        "inc" => (old, x, _) => old >= x ? T.Zero : old + T.One,
        "dec" => (old, x, _) => old == T.Zero || old > x ? x : old - T.One,
        "exch" => (_, x, _) => x,
        _ => (old, compare, x) => old == compare ? x : old,
    };
}

/// <summary><c>cvta</c>: between an address of a space and a generic one.</summary>
internal sealed unsafe class PtxCvta(PtxSlot d, PtxSlot a, PtxSpace space, bool to) : PtxOp
{
    public override void Execute(PtxWarp warp, uint mask)
    {
        for (uint rest = mask; rest != 0;)
        {
            int lane = NextLane(ref rest);
            ulong address = warp.At<ulong>(a)[lane];
            warp.At<ulong>(d)[lane] = !to ? PtxGenericSpace.From(space, address) : PtxGenericSpace.To(space, address)
                ?? throw warp.LaneFault(PtxFaultKind.Undefined, this, lane, address,
                    $"a generic address that does not lie in {space} memory");
        }
    }
}
