using VaeGpu.Gpu.IR;
using VaeGpu.Tests.Interpreter;

namespace VaeGpu.Tests.Compiler;

/// <summary>Random statements in which the threads of a group work together; only where all of them come by.</summary>
internal sealed class GroupStatements(
    Random random, IrKernel k, ValuePool pool, ExpressionGenerator expressions, Value lane, int threads, bool shuffles)
{
    private readonly Builder b = k.B;

    public void Any()
    {
        switch (random.Next(shuffles ? 6 : 3))
        {
            case 0 or 1:
                Exchange();
                break;
            case 2:
                Combine();
                break;
            case 3 or 4:
                Shuffle();
                break;
            default:
                k.Raw(random.Next(2) == 0 ? Op.WarpBarrier : Op.FenceGroup, IrType.Bool);
                break;
        }
    }

    /// <summary>Each thread writes its own element of a shared array; after a barrier any may be read.</summary>
    private void Exchange()
    {
        MemoryType type = (MemoryType)random.Next((int)MemoryType.F64 + (expressions.Types.Contains(IrType.F64) ? 1 : 0));
        Value array = k.Shared(threads * type.Bytes());
        Value own = random.Next(2) == 0 ? lane : b.Binary(Op.Sub, Constant.I32(threads - 1), lane);
        k.Store(array, own, expressions.Any(type.ValueType(), 2), type);
        k.Barrier();
        for (int i = random.Next(1, 4); i > 0; i--)
            pool.Add(k.Load(array, b.Binary(Op.RemU, expressions.Any(IrType.I32, 2), Constant.I32(threads)), type));
        k.Barrier();
    }

    private void Combine()
    {
        switch (random.Next(4))
        {
            case 0:
                pool.Add(k.Raw(Op.BarrierAnd, IrType.Bool, expressions.Any(IrType.Bool, 2)), true);
                break;
            case 1:
                pool.Add(k.Raw(Op.BarrierOr, IrType.Bool, expressions.Any(IrType.Bool, 2)), true);
                break;
            case 2:
                pool.Add(k.Raw(Op.BarrierPopCount, IrType.I32, expressions.Any(IrType.Bool, 2)), true);
                break;
            default:
                IrType type = AnyNumber();
                pool.Add(k.Raw(Op.GroupBroadcast, type, expressions.Any(type, 2), Constant.I32(random.Next(threads))), true);
                break;
        }
    }

    private void Shuffle()
    {
        IrType type = AnyNumber();
        Op op = Op.Shuffle + (byte)random.Next(4);
        Value operand = op == Op.Shuffle
            ? b.Binary(Op.RemU, expressions.Any(IrType.I32, 2), k.Place(Op.WarpSize))
            : random.Next(2) == 0 ? Constant.I32(random.Next(8)) : expressions.Below(7);
        pool.Add(k.Raw(op, type, expressions.Any(type, 2), operand));
    }

    private IrType AnyNumber()
    {
        IrType[] types = [.. expressions.Types.Where(t => t != IrType.Bool)];
        return types[random.Next(types.Length)];
    }
}
