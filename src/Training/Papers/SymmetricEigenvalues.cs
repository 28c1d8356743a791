namespace VaeGpu.Training.Papers;

/// <summary>
/// The eigenvalues of a symmetric matrix in double precision: Householder's reduction to a tridiagonal matrix, then bisection by Sturm's
/// count (Golub and Van Loan, Matrix Computations, 8.3.1 and 8.4.1). Slow and sure: n = 784 takes about a second.
/// </summary>
internal static class SymmetricEigenvalues
{
    /// <summary>All eigenvalues, the greatest first. <paramref name="matrix"/>, shape (n, n), is overwritten.</summary>
    public static double[] Of(double[][] matrix)
    {
        int n = matrix.Length;
        var (diagonal, beside) = Tridiagonal(matrix);
        // Gershgorin: no eigenvalue lies further from its diagonal element than the sum beside it.
        double bound = Enumerable.Range(0, n).Max(i =>
            Math.Abs(diagonal[i]) + (i > 0 ? Math.Abs(beside[i - 1]) : 0) + (i < n - 1 ? Math.Abs(beside[i]) : 0));
        return [.. Enumerable.Range(0, n).Select(i => Bisect(diagonal, beside, n - 1 - i, bound))];
    }

    /// <summary>Makes column after column zero below the subdiagonal: A ← HAH, H = I − βvvᵀ.</summary>
    private static (double[] Diagonal, double[] Beside) Tridiagonal(double[][] matrix)
    {
        int n = matrix.Length;
        var beside = new double[n - 1];
        for (int k = 0; k < n - 1; k++)
        {
            int first = k + 1;
            double[] v = [.. Enumerable.Range(first, n - first).Select(i => matrix[i][k])];
            double norm = Math.Sqrt(Dot(v, v)), alpha = v[0] > 0 ? -norm : norm;
            beside[k] = alpha;
            v[0] -= alpha;
            double square = Dot(v, v);
            if (square == 0)
                continue;
            double beta = 2 / square;
            double[] p = [.. Enumerable.Range(first, n - first).Select(i => beta * Dot(matrix[i].AsSpan(first), v))];
            double half = beta / 2 * Dot(p, v);
            double[] w = [.. p.Select((value, i) => value - half * v[i])];
            for (int i = first; i < n; i++)
            {
                double vi = v[i - first], wi = w[i - first];
                for (int j = first; j < n; j++)
                    matrix[i][j] -= vi * w[j - first] + wi * v[j - first];
            }
        }
        return ([.. Enumerable.Range(0, n).Select(i => matrix[i][i])], beside);
    }

    /// <summary>The eigenvalue that has <paramref name="below"/> others below it.</summary>
    private static double Bisect(double[] diagonal, double[] beside, int below, double bound)
    {
        double low = -bound, high = bound;
        for (int i = 0; i < 100 && low < high; i++)
        {
            double middle = low + (high - low) / 2;
            (low, high) = CountBelow(diagonal, beside, middle) <= below ? (middle, high) : (low, middle);
        }
        return low + (high - low) / 2;
    }

    /// <summary>How many eigenvalues are less than <paramref name="x"/>: the negative pivots of T − xI.</summary>
    private static int CountBelow(double[] diagonal, double[] beside, double x)
    {
        int count = 0;
        double pivot = 1;
        for (int i = 0; i < diagonal.Length; i++)
        {
            pivot = diagonal[i] - x - (i > 0 ? beside[i - 1] * beside[i - 1] / pivot : 0);
            if (pivot == 0)
                pivot = -1e-300;
            count += pivot < 0 ? 1 : 0;
        }
        return count;
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int i = 0; i < b.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
