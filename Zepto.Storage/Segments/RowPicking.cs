namespace Zepto.Storage.Segments;

/// <summary>Copies values of single rows together.</summary>
internal static unsafe class RowPicking
{
    /// <summary>Copies the values of rows, the first of which in <paramref name="source"/> is <paramref name="firstRow"/>.</summary>
    public static void Pick(void* source, int widthBytes, ReadOnlySpan<int> rows, int firstRow, void* target)
    {
        switch (widthBytes)
        {
            case sizeof(long):
                Pick((long*)source - firstRow, rows, (long*)target);
                break;
            case sizeof(int):
                Pick((int*)source - firstRow, rows, (int*)target);
                break;
            default:
                Pick((byte*)source - firstRow, rows, (byte*)target);
                break;
        }
    }

    private static void Pick<T>(T* source, ReadOnlySpan<int> rows, T* target) where T : unmanaged
    {
        for (var i = 0; i < rows.Length; i++)
            target[i] = source[rows[i]];
    }
}
