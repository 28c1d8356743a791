using VaeGpu.Kernels.Numerics;

namespace VaeGpu.Tests.Puzzles;

/// <summary>Kernels that solve the puzzles with as few accesses as are known to do, by the names of the puzzles.</summary>
internal static class Solutions
{
    public static void P01Map(ArrayView<float> a, ArrayView<float> result)
    {
        result[Group.IdxX] = a[Group.IdxX] + 10;
    }

    public static void P02Zip(ArrayView<float> a, ArrayView<float> b, ArrayView<float> result)
    {
        result[Group.IdxX] = a[Group.IdxX] + b[Group.IdxX];
    }

    public static void P03Guard(ArrayView<float> a, ArrayView<float> result)
    {
        if (Group.IdxX < a.Length)
            result[Group.IdxX] = a[Group.IdxX] + 10;
    }

    public static void P04Map2D(ArrayView<float> a, ArrayView<float> result, int size)
    {
        int row = Group.IdxY, column = Group.IdxX;
        if (row < size && column < size)
            result[row * size + column] = a[row * size + column] + 10;
    }

    public static void P05Broadcast(ArrayView<float> a, ArrayView<float> b, ArrayView<float> result, int size)
    {
        int row = Group.IdxY, column = Group.IdxX;
        if (row < size && column < size)
            result[row * size + column] = a[column] + b[row];
    }

    public static void P06Groups(ArrayView<float> a, ArrayView<float> result)
    {
        int i = Grid.GlobalIndex.X;
        if (i < a.Length)
            result[i] = a[i] + 10;
    }

    public static void P07GridStride(ArrayView<float> a, ArrayView<float> result)
    {
        for (int i = Grid.GlobalIndex.X; i < a.Length; i += Grid.DimX * Group.DimX)
            result[i] = a[i] + 10;
    }

    public static void P08Shared(ArrayView<float> a, ArrayView<float> result)
    {
        ArrayView<float> part = SharedMemory.Allocate<float>(8);
        part[Group.IdxX] = a[Grid.GlobalIndex.X];
        Group.Barrier();
        result[Grid.GlobalIndex.X] = part[7 - Group.IdxX];
    }

    public static void P09SlidingWindow(ArrayView<float> a, ArrayView<float> result)
    {
        ArrayView<float> window = SharedMemory.Allocate<float>(8);
        int i = Group.IdxX;
        float sum = a[i];
        if (i < 7)
            window[i] = sum;
        Group.Barrier();
        if (i >= 1)
            sum += window[i - 1];
        if (i >= 2)
            sum += window[i - 2];
        result[i] = sum;
    }

    public static void P10DotProduct(ArrayView<float> a, ArrayView<float> b, ArrayView<float> result)
    {
        ArrayView<float> sums = SharedMemory.Allocate<float>(8);
        int i = Group.IdxX;
        float sum = a[i] * b[i];
        for (int width = 4; width > 0; width /= 2)
        {
            if (i >= width && i < 2 * width)
                sums[i] = sum;
            Group.Barrier();
            if (i < width)
                sum += sums[i + width];
        }
        if (i == 0)
            result[0] = sum;
    }

    public static void P11PrefixSum(ArrayView<float> a, ArrayView<float> result)
    {
        ArrayView<float> sums = SharedMemory.Allocate<float>(16);
        int i = Group.IdxX;
        float sum = a[i];
        for (int distance = 1; distance < 16; distance *= 2)
        {
            if (i + distance < 16)
                sums[i] = sum;
            Group.Barrier();
            if (i >= distance)
                sum += sums[i - distance];
            Group.Barrier();
        }
        result[i] = sum;
    }

    public static void P12RowSums(ArrayView<float> a, ArrayView<float> result, int columns)
    {
        ArrayView<float> sums = SharedMemory.Allocate<float>(8);
        int i = Group.IdxX;
        float sum = 0;
        for (int column = i; column < columns; column += Group.DimX)
            sum += a[Grid.IdxX * columns + column];
        for (int width = 4; width > 0; width /= 2)
        {
            if (i >= width && i < 2 * width)
                sums[i] = sum;
            Group.Barrier();
            if (i < width)
                sum += sums[i + width];
        }
        if (i == 0)
            result[Grid.IdxX] = sum;
    }

    public static void P13Transpose(ArrayView<float> a, ArrayView<float> result)
    {
        ArrayView<float> tile = SharedMemory.Allocate<float>(32 * 33);
        int column = Group.IdxX;
        for (int row = Group.IdxY; row < 32; row += 8)
            tile[row * 33 + column] = a[row * 32 + column];
        Group.Barrier();
        for (int row = Group.IdxY; row < 32; row += 8)
            result[row * 32 + column] = tile[column * 33 + row];
    }

    public static void P14TiledProduct(ArrayView<float> a, ArrayView<float> b, ArrayView<float> result)
    {
        ArrayView<float> tileA = SharedMemory.Allocate<float>(16), tileB = SharedMemory.Allocate<float>(16);
        int x = Group.IdxX, y = Group.IdxY, row = 4 * Grid.IdxY + y, column = 4 * Grid.IdxX + x;
        float sum = 0;
        for (int start = 0; start < 8; start += 4)
        {
            tileA[4 * y + x] = a[8 * row + start + x];
            tileB[4 * y + x] = b[8 * (start + y) + column];
            Group.Barrier();
            for (int k = 0; k < 4; k++)
                sum += tileA[4 * y + k] * tileB[4 * k + x];
            Group.Barrier();
        }
        result[8 * row + column] = sum;
    }

    public static void P15Softmax(ArrayView<float> a, ArrayView<float> result)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(8);
        int i = Group.IdxX;
        float value = a[i], most = value;
        for (int width = 4; width > 0; width /= 2)
        {
            if (i >= width && i < 2 * width)
                shared[i] = most;
            Group.Barrier();
            if (i < width)
                most = MathF.Max(most, shared[i + width]);
        }
        if (i == 0)
            shared[0] = most;
        Group.Barrier();
        float power = Exponential.Exp(value - shared[0]), sum = power;
        for (int width = 4; width > 0; width /= 2)
        {
            if (i >= width && i < 2 * width)
                shared[i] = sum;
            Group.Barrier();
            if (i < width)
                sum += shared[i + width];
        }
        if (i == 0)
            shared[0] = sum;
        Group.Barrier();
        result[i] = power / shared[0];
    }

    public static void P16ReparameterizeAndKl(
        ArrayView<float> mean, ArrayView<float> logVariance, ArrayView<float> noise, ArrayView<float> z, ArrayView<float> kl)
    {
        int i = Grid.GlobalIndex.X;
        if (i < mean.Length)
        {
            float mu = mean[i], log = logVariance[i], sigma = Exponential.Exp(0.5f * log);
            z[i] = mu + sigma * noise[i];
            kl[i] = 0.5f * (mu * mu + sigma * sigma - log - 1);
        }
    }

    public static void P17LossAndGradient(ArrayView<float> x, ArrayView<float> m, ArrayView<float> loss)
    {
        int i = Grid.GlobalIndex.X;
        if (i < x.Length)
        {
            float d = m[i] - x[i];
            loss[i] = 1.14472989f + Logarithm.Log1p(d * d);
            m[i] = 2 * d / (1 + d * d);
        }
    }
}
