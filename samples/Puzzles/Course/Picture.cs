using VaeGpu.Gpu.Inspection;

namespace VaeGpu.Puzzles.Course;

/// <summary>Shows which thread touched which element, as text: below each element its readers, and its writers.</summary>
public static class Picture
{
    private const int Columns = 8, Width = 9, MostRows = 4;

    /// <summary>The lines of the picture; of large arrays the first elements only.</summary>
    public static IEnumerable<string> Lines(IReadOnlyList<AccessedArray> arrays, KernelConfig launch)
    {
        foreach (AccessedArray array in arrays)
        {
            long last = array.Accesses.Max(access => access.Offset) / sizeof(float);
            yield return "";
            yield return array.Name;
            for (int row = 0; row < MostRows && row * Columns <= last; row++)
            {
                int first = row * Columns, count = (int)Math.Min(Columns, last + 1 - first);
                yield return Line("element", i => $"[{i}]");
                foreach (bool writes in (bool[])[false, true])
                {
                    string[] cells = [.. Enumerable.Range(first, count).Select(i => Threads(array.Accesses.Where(access =>
                        access.IsWrite == writes && access.Offset / sizeof(float) == i)))];
                    if (cells.Any(cell => cell.Length > 0))
                        yield return Line(writes ? "written by" : "read by", i => cells[i - first]);
                }

                string Line(string what, Func<int, string> cell) =>
                    $"  {what,-11}{string.Concat(Enumerable.Range(first, count).Select(i => cell(i).PadLeft(Width)))}".TrimEnd();
            }
            if (last >= MostRows * Columns)
                yield return $"  and {last + 1 - MostRows * Columns} more elements";
        }

        string Threads(IEnumerable<MemoryAccess> some)
        {
            string[] names = [.. some.Select(access => Thread(access, launch)).Distinct()];
            string all = string.Join(' ', names);
            return all.Length < Width ? all : $"{names.Length} thr.";
        }
    }

    /// <summary>The thread: its group first where there are several, and both coordinates where there are two.</summary>
    private static string Thread(MemoryAccess access, KernelConfig launch)
    {
        string thread = Index(access.Thread, launch.GroupDim);
        return launch.GridDim.Size == 1 ? thread : $"{Index(access.Group, launch.GridDim)}:{thread}";

        static string Index(Index3D index, Index3D extent) => extent.Y == 1 ? $"{index.X}" : $"{index.X},{index.Y}";
    }
}
