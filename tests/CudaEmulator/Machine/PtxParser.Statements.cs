namespace VaeGpu.CudaEmulator.Machine;

internal sealed partial class PtxParser
{
    private PtxStatement Statement()
    {
        int line = Next.Line;
        string? guard = null;
        bool negated = false;
        if (Accept("@"))
        {
            negated = Accept("!");
            guard = Take(PtxTokenKind.Word, "a predicate").Text;
        }
        PtxToken opcode = Take(PtxTokenKind.Word, "an instruction");
        List<PtxOperand> operands = [];
        if (Next.Text != ";")
        {
            do
                operands.Add(Operand());
            while (Accept(","));
        }
        if (!Accept(";"))
            throw new PtxException(Next.Line, $"';' is missing before {Next}");
        string[] parts = opcode.Text.Split('.');
        return new(line, guard, negated, parts[0], parts[1..], operands);
    }

    private PtxOperand Operand()
    {
        PtxOperand first = Simple();
        return Accept("|") ? new PtxOperand.Pair(first, Simple()) : first;
    }

    private PtxOperand Simple()
    {
        PtxToken token = Next;
        if (Accept("{"))
        {
            List<PtxOperand> elements = [];
            do
                elements.Add(Simple());
            while (Accept(","));
            Expect("}");
            return new PtxOperand.Vector(elements);
        }
        if (Accept("["))
        {
            string? name = Next.Kind == PtxTokenKind.Word ? Take(PtxTokenKind.Word, "").Text : null;
            long offset = name is null ? Signed() : Offset();
            Expect("]");
            return new PtxOperand.Address(name, offset);
        }
        bool negated = Accept("!");
        if (Next.Kind == PtxTokenKind.Word)
        {
            string name = Take(PtxTokenKind.Word, "").Text;
            if (name == "_")
                return new PtxOperand.Sink();
            bool hasOffset = Next.Text is "+" or "-";
            return new PtxOperand.Name(name, negated, Offset(), hasOffset);
        }
        bool minus = Accept("-");
        if (negated || Next.Kind != PtxTokenKind.Number)
            throw new PtxException(token.Line, $"{token} is no operand");
        PtxToken number = Take(PtxTokenKind.Number, "a number");
        PtxLiteral value = PtxLexer.Number(number.Text) ?? throw new PtxException(number.Line, $"{number} is no number");
        return new PtxOperand.Number(!minus ? value : value.Kind switch
        {
            PtxLiteralKind.Integer => value with { Integer = -value.Integer },
            PtxLiteralKind.Decimal => value with { Real = -value.Real },
            _ => throw new PtxException(number.Line, "0f and 0d numbers hold their sign in the bits"),
        });
    }

    /// <summary><c>+4</c>, <c>-4</c>, <c>+-4</c> or nothing.</summary>
    private long Offset()
    {
        if (Accept("+"))
            return Signed();
        return Next.Text == "-" ? Signed() : 0;
    }

    private long Signed()
    {
        bool minus = Accept("-");
        PtxToken number = Take(PtxTokenKind.Number, "an offset");
        if (PtxLexer.Number(number.Text) is not { Kind: PtxLiteralKind.Integer } value || value.Integer > int.MaxValue)
            throw new PtxException(number.Line, $"{number} is no offset");
        return minus ? -(long)value.Integer : (long)value.Integer;
    }

    private (int X, int Y, int Z) Dimensions()
    {
        int x = Count();
        int y = Accept(",") ? Count() : 1;
        return (x, y, Accept(",") ? Count() : 1);
    }

    private int Count()
    {
        PtxToken number = Take(PtxTokenKind.Number, "a count");
        return PtxLexer.Number(number.Text) is { Kind: PtxLiteralKind.Integer } value && value.Integer is var count && count > 0
            && count <= int.MaxValue
            ? (int)count : throw new PtxException(number.Line, $"{number} is no count");
    }

    private int Alignment()
    {
        if (!Accept(".align"))
            return 1;
        int line = Next.Line;
        int alignment = Count();
        return int.IsPow2(alignment) ? alignment : throw new PtxException(line, $".align {alignment} is no power of two");
    }

    private int? ArrayLength(int line)
    {
        int? length = null;
        while (Accept("["))
        {
            int count = Count();
            if ((length ?? 1) * (long)count > 1 << 24)
                throw new PtxException(line, $"an array of {length ?? 1} x {count} elements is too large");
            length = (length ?? 1) * count;
            Expect("]");
        }
        return length;
    }

    private PtxType Type()
    {
        PtxToken token = Take(PtxTokenKind.Directive, "a type");
        return PtxTypes.TryParse(token.Text[1..], out PtxType type) ? type
            : throw new PtxException(token.Line, $"{token} is no type that the machine knows");
    }
}
