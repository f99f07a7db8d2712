using CsCheck;

namespace Zepto.Storage.Tests.Properties;

/// <summary>
/// Whatever is done to a database, in whatever order, it holds the rows of a plain list, also after crashes and restarts. The sequences are the same in
/// every run; ZEPTO_TEST_LONG=1 makes others for minutes. A failure is repeated with shorter sequences, the shortest is printed with its seed.
/// </summary>
public class StoragePropertyTests
{
    private const int Sequences = 25;
    private const int LongSeconds = 240;
    private const int ShrinkSeconds = 20;

    [Fact]
    public async Task Operations_AnyOrder_LeaveTheRowsOfTheModel()
    {
        // For the first sequence only, so each has a seed of its own.
        for (uint sequence = 1; sequence <= Sequences; sequence++)
        {
            var seed = new PCG(sequence, 1).ToString();
            try
            {
                await StorageOperation.Sequences.SampleAsync(Check, seed: seed, iter: 1, threads: 1, print: Print);
            }
            catch (CsCheckException)
            {
                await StorageOperation.Sequences.SampleAsync(Check, seed: seed, time: ShrinkSeconds, threads: 1, print: Print);
                throw;
            }
        }
    }

    [Fact]
    public async Task Operations_ManyOthers_LeaveTheRowsOfTheModel()
    {
        if (Environment.GetEnvironmentVariable("ZEPTO_TEST_LONG") != "1")
            Assert.Skip("takes minutes; set ZEPTO_TEST_LONG=1");
        await StorageOperation.Sequences.SampleAsync(Check, time: LongSeconds, threads: 2, print: Print);
    }

    private static async Task Check((Durability Durability, StorageOperation[] Operations) life)
    {
        using var database = new ModelledDatabase(life.Durability);
        for (var i = 0; i < life.Operations.Length; i++)
        {
            try
            {
                await database.Run(life.Operations[i]);
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"operation {i}, {life.Operations[i]}: {error.Message}", error);
            }
        }

        database.Check();
    }

    private static string Print((Durability Durability, StorageOperation[] Operations) life) =>
        $"{life.Durability}:\n{string.Join('\n', life.Operations.Select(o => o.ToString()))}";
}
