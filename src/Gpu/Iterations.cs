namespace VaeGpu.Gpu;

/// <summary>What a kernel promises of the iterations of a loop. A promise changes how fast the loop runs, not what it computes.</summary>
public static class Iterations
{
    /// <summary>
    /// Called first in a loop's body: no iteration reads or writes memory that another one writes, and none reads a variable that another
    /// one sets. If the loop has a constant number of iterations and is unrolled, their instructions are interleaved: while those of one
    /// iteration wait for each other, the processor has those of the next at hand.
    /// </summary>
    /// <remarks>ILGPU's own compilers inline this as nothing.</remarks>
    public static void AreIndependent()
    {
    }
}
