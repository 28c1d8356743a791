namespace VaeGpu.Gpu.Frontend;

/// <summary>Makes the arrays of a kernel: those that it allocates, and those that are constants outside.</summary>
internal static class Arrays
{
    /// <summary>The most elements of an array whose values are written one by one.</summary>
    private const long MostElements = 4096;

    extension(Importer importer)
    {
        /// <summary>A new array, filled with zeros.</summary>
        public ArrayValue NewArray(Type element, Value[] lengths)
        {
            long count = 1;
            foreach (Value length in lengths)
            {
                count *= length is Constant { Bits: >= 0 } known
                    ? known.Bits
                    : throw importer.Error("An array is allocated with a length that is not a constant.",
                        "Use a const length, LocalMemory.Allocate<T>(n) with a constant n, or pass an ArrayView.");
            }
            ArrayValue array = importer.Reserve(element, count, lengths);
            CsValue zero = importer.Default(element);
            for (long i = 0; i < count; i++)
                importer.Store(importer.At(array, i), zero);
            return array;
        }

        /// <summary>An array outside the kernel, as the constant that it is when the kernel is compiled.</summary>
        public ArrayValue? ConstantArray(System.Array source)
        {
            if (importer.Constants.TryGetValue(source, out ArrayValue? known))
                return known;
            Type element = source.GetType().GetElementType()!;
            CsValue?[] values = [.. source.Cast<object>().Take((int)MostElements + 1).Select(value => importer.ConstantOf(element, value))];
            if (System.Array.IndexOf(values, null) >= 0)
                return null;
            // At the kernel's start, so that it is there once for every use.
            var region = new Region();
            importer.Builder.Enter(region);
            Value[] lengths = [.. Enumerable.Range(0, source.Rank).Select(d => (Value)Constant.I32(source.GetLength(d)))];
            ArrayValue array = importer.Reserve(element, source.LongLength, lengths);
            for (int i = 0; i < values.Length; i++)
                importer.Store(importer.At(array, i), values[i]!);
            importer.Builder.Leave();
            importer.Builder.InsertAtEntry(region);
            importer.Constants.Add(source, array);
            return array;
        }

        /// <summary>Fills a new array with what the compiler wrote down for it.</summary>
        public void InitializeArray(ArrayValue array, FieldInfo data)
        {
            long count = array.Lengths.Aggregate(1L, (product, length) => product * ((Constant)length).Bits);
            var source = System.Array.CreateInstance(array.Element, count);
            RuntimeHelpers.InitializeArray(source, data.FieldHandle);
            for (int i = 0; i < count; i++)
                importer.Store(importer.At(array, i), importer.ConstantOf(array.Element, source.GetValue(i))!);
        }

        private ArrayValue Reserve(Type element, long count, Value[] lengths)
        {
            if (count > MostElements)
                throw importer.Error($"An array of {count} elements is made in each thread.",
                    $"Pass an ArrayView; an array has at most {MostElements} elements.");
            if (StructLayout.WhyNotMemory(element) is { } reason)
                throw importer.Error(reason, "Declare a struct with a field for each number.");
            long bytes = Math.Max(1, count) * StructLayout.SizeOf(element);
            var array = new Instruction(Op.LocalArray, IrType.Pointer(AddressSpace.Local), [], bytes, importer.Builder.Location);
            return new ArrayValue(element, importer.Builder.Append(array), lengths);
        }

        private MemoryReference At(ArrayValue array, long index) => new(
            array.Element, importer.Builder.PtrAdd(array.Pointer, Constant.I32((int)index), StructLayout.SizeOf(array.Element)));
    }
}
