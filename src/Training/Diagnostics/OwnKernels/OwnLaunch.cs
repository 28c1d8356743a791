using System.Runtime.ExceptionServices;

namespace VaeGpu.Training.Diagnostics.OwnKernels;

/// <summary>
/// A launch of a user's kernel on an accelerator, with arguments of given sizes. Views of floats hold uniform numbers from 0 to 1, others
/// zeros, of a fixed seed.
/// </summary>
internal sealed class OwnLaunch : IDisposable
{
    private const int Filled = 1 << 20;

    private static readonly MethodInfo allocate = Generic(nameof(Allocate)), allocate2D = Generic(nameof(Allocate2D)),
        specialize = Generic(nameof(Specialize));

    private readonly List<MemoryBuffer> buffers = [];
    private readonly Random random = new(1);
    private readonly Accelerator accelerator;
    private readonly CancellationToken stop;
    private readonly Kernel kernel;
    private readonly object[] arguments;
    private readonly LaunchSizes sizes;
    private readonly Type? index;
    private long longest = 1;

    /// <param name="accelerator">The device.</param>
    /// <param name="own">The kernel.</param>
    /// <param name="more">Words that take the place of those of its attribute.</param>
    /// <param name="stop">Looked at while views are filled.</param>
    /// <exception cref="KernelAssemblyException">A word does not fit the kernel, or it takes what cannot be made.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public OwnLaunch(Accelerator accelerator, OwnKernel own, string more, CancellationToken stop)
    {
        (this.accelerator, this.stop) = (accelerator, stop);
        sizes = new LaunchSizes(own.Sizes, more);
        ParameterInfo[] parameters = own.Method.GetParameters();
        index = KernelAssembly.IsIndex(parameters[0].ParameterType) ? parameters[0].ParameterType : null;
        parameters = index is null ? parameters : parameters[1..];
        foreach (string name in sizes.Names.Where(name => name is not ("groups" or "threads" or "size")))
        {
            if (!parameters.Any(parameter => parameter.Name == name.Split('.')[0]))
                throw new LaunchSizesException(
                    $"{own.Name} has no parameter \"{name}\". It has: {string.Join(", ", parameters.Select(p => p.Name))}.");
        }
        try
        {
            arguments = [.. parameters.Select(parameter => Argument(own, parameter))];
            kernel = index is null ? accelerator.LoadKernel(own.Method) : accelerator.LoadAutoGroupedKernel(own.Method);
        }
        catch (Exception e)
        {
            Dispose();
            if (e is OutOfMemoryException)
                throw new LaunchSizesException($"{own.Name}: {e.Message} Give smaller sizes.", e);
            throw;
        }
    }

    /// <summary>Launches.</summary>
    public void Run()
    {
        try
        {
            Launch();
        }
        catch (TargetInvocationException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerException!);
        }
    }

    private void Launch()
    {
        if (index is null)
            kernel.Launch(accelerator.DefaultStream, new KernelConfig(sizes.Groups(longest), sizes.Threads), arguments);
        else if (index == typeof(Index1D))
            kernel.Launch(accelerator.DefaultStream, new Index1D(sizes.Size(longest).X), arguments);
        else if (index == typeof(Index2D))
            kernel.Launch(accelerator.DefaultStream, new Index2D(sizes.Size(longest).X, sizes.Size(longest).Y), arguments);
        else
            kernel.Launch(accelerator.DefaultStream, sizes.Size(longest), arguments);
    }

    /// <inheritdoc/>
    public void Dispose() => buffers.ForEach(buffer => buffer.Dispose());

    private object Argument(OwnKernel own, ParameterInfo parameter)
    {
        (Type type, string name) = (parameter.ParameterType, parameter.Name!);
        Type? definition = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        if (definition == typeof(ArrayView<>) || type.IsGenericType && type.Name.StartsWith("ArrayView1D", StringComparison.Ordinal))
            return Made(allocate, type.GetGenericArguments()[0], name, definition == typeof(ArrayView<>));
        if (type.IsGenericType && type.Name.StartsWith("ArrayView2D", StringComparison.Ordinal))
            return Made(allocate2D, type.GetGenericArguments()[0], name, type.GetGenericArguments()[1] == typeof(Stride2D.DenseX));
        if (definition == typeof(SpecializedValue<>))
            return specialize.MakeGenericMethod(type.GetGenericArguments()).Invoke(
                null, [Number(type.GetGenericArguments()[0], name, sizes.Number(name))])!;
        if (type.IsPrimitive)
            return Number(type, name, sizes.Number(name));
        if (!type.IsValueType)
            throw new KernelAssemblyException(
                $"{own.Name}: a value for {type.Name} {name} cannot be made. Pass views, numbers and structs.");
        object value = Activator.CreateInstance(type)!;
        foreach (string word in sizes.Names.Where(word => word.StartsWith(name + ".", StringComparison.Ordinal)))
            SetField(own, value, word, word.Split('.')[1]);
        return value;
    }

    private object Made(MethodInfo make, Type element, string name, bool plain) =>
        make.MakeGenericMethod(element).Invoke(this, BindingFlags.DoNotWrapExceptions, null, [name, plain], null)!;

    private object Allocate<T>(string name, bool plain) where T : unmanaged
    {
        (Index3D length, bool isSet) = sizes.View(name, isFlat: true);
        var buffer = accelerator.Allocate1D<T>(length.LongSize);
        buffers.Add(buffer);
        longest = Math.Max(longest, length.LongSize);
        if (isSet)
            buffer.CopyFromCPU(Values<T>(length.LongSize));
        return plain ? buffer.View.BaseView : buffer.View;
    }

    private object Allocate2D<T>(string name, bool denseX) where T : unmanaged
    {
        (Index3D length, bool isSet) = sizes.View(name, isFlat: false);
        var extent = new LongIndex2D(length.X, length.Y);
        longest = Math.Max(longest, length.LongSize);
        if (denseX)
        {
            var rows = accelerator.Allocate2DDenseX<T>(extent);
            buffers.Add(rows);
            if (isSet)
                rows.View.BaseView.CopyFromCPU(Values<T>(length.LongSize));
            return rows.View;
        }
        var columns = accelerator.Allocate2DDenseY<T>(extent);
        buffers.Add(columns);
        if (isSet)
            columns.View.BaseView.CopyFromCPU(Values<T>(length.LongSize));
        return columns.View;
    }

    private T[] Values<T>(long length)
    {
        var values = new T[length];
        if (values is float[] singles)
            Fill(singles, random.NextSingle);
        else if (values is double[] doubles)
            Fill(doubles, random.NextDouble);
        return values;
    }

    private void Fill<T>(T[] values, Func<T> next)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (i % Filled == 0)
                stop.ThrowIfCancellationRequested();
            values[i] = next();
        }
    }

    private static object Specialize<T>(object value) where T : unmanaged, IEquatable<T> => SpecializedValue.New((T)value);

    /// <summary>A number: that of the word, else the longest view's length for integers, and 1 for others.</summary>
    private object Number(Type type, string name, string? text)
    {
        try
        {
            bool isWhole = type != typeof(float) && type != typeof(double) && type != typeof(bool);
            return text is not null || type == typeof(bool)
                ? Convert.ChangeType(text ?? "false", type, CultureInfo.InvariantCulture)
                : Convert.ChangeType(isWhole ? longest : 1, type, CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is FormatException or OverflowException or InvalidCastException)
        {
            throw new LaunchSizesException($"{name}={text ?? $"{longest}"} is not a value of type {type.Name}. Give another.", e);
        }
    }

    private void SetField(OwnKernel own, object value, string word, string field)
    {
        const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        Type type = value.GetType();
        FieldInfo found = type.GetField(field, Any) ?? type.GetField($"<{field}>k__BackingField", Any)
            ?? throw new LaunchSizesException($"{own.Name}: {type.Name} has no field \"{field}\", which {word} asks for.");
        found.SetValue(value, Number(found.FieldType, word, sizes.Number(word)));
    }

    private static MethodInfo Generic(string name) =>
        typeof(OwnLaunch).GetMethod(name, BindingFlags.Static | BindingFlags.Instance | BindingFlags.NonPublic)!;
}
