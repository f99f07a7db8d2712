namespace Zepto.Http.Hosting.Configuration;

/// <summary>Finds the name that somebody who mistyped one probably meant.</summary>
internal static class NearestName
{
    // Three letters of a long name, one of a short one.
    private const int LettersToOneMistake = 4;
    private const int MaxMistakes = 3;
    private const int MaxNameChars = 64;

    /// <summary>The first of the closest names; null when all are too far away.</summary>
    public static string? Of(string name, IEnumerable<string> known)
    {
        if (name.Length > MaxNameChars) return null;
        string? nearest = null;
        int least = Math.Clamp(name.Length / LettersToOneMistake, 1, MaxMistakes) + 1;
        foreach (string candidate in known)
        {
            int distance = Distance(name, candidate);
            if (distance >= least) continue;
            least = distance;
            nearest = candidate;
        }
        return nearest;
    }

    /// <summary>Letters to insert, remove, change or swap with their neighbour until one name is the other.</summary>
    internal static int Distance(string left, string right)
    {
        int[,] cost = new int[left.Length + 1, right.Length + 1];
        for (int i = 0; i <= left.Length; i++) cost[i, 0] = i;
        for (int j = 0; j <= right.Length; j++) cost[0, j] = j;
        for (int i = 1; i <= left.Length; i++)
        {
            for (int j = 1; j <= right.Length; j++)
            {
                int change = cost[i - 1, j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                cost[i, j] = Math.Min(change, Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1]) cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
            }
        }
        return cost[left.Length, right.Length];
    }
}
