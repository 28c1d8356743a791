namespace VaeGpu.Gpu;

/// <summary>What a kernel tells the compiler about a loop's iterations. It changes how fast the loop runs, not what it computes.</summary>
public static class Iterations
{
    /// <summary>
    /// Called first in a loop's body: no iteration reads or writes memory that another one writes, and none reads a variable that another
    /// one sets. If the loop has a constant number of iterations, it is unrolled and their instructions are interleaved: while one
    /// iteration waits for a result, the processor executes another. Loops inside that have the same bounds in all iterations become one.
    /// </summary>
    /// <remarks>ILGPU's own compilers inline this as nothing.</remarks>
    public static void AreIndependent()
    {
    }

    /// <summary>
    /// Called first in a loop's body: on processors, the body's instructions are emitted in program order. By default a value is computed
    /// where it is used, which spills registers in an unrolled loop that needs all of them for its sums.
    /// </summary>
    /// <remarks>ILGPU's own compilers inline this as nothing.</remarks>
    public static void KeepOrder()
    {
    }
}
