using CsCheck;

namespace Zepto.Storage.Tests.Properties;

/// <summary>What a sequence consists of; parameters are read modulo what there is, so that every sequence means something and shrinks freely.</summary>
internal enum OperationKind
{
    Insert,
    InsertLate,
    InsertSlightlyLate,
    Delete,
    Update,
    Truncate,
    DropDays,
    AddColumn,
    RenameColumn,
    DropColumn,
    Checkpoint,
    Compact,
    Crash,
    CrashTwice,
    Restart,
}

/// <summary>One operation.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Table">Which table it is done to, where it is done to one.</param>
/// <param name="Size">Rows of an insert; elsewhere the choice of rows, days or a column.</param>
/// <param name="Seed">What the values are made from.</param>
internal sealed record StorageOperation(OperationKind Kind, int Table, int Size, int Seed)
{
    // Statements of one row and of a few are common, those that fill a segment or a block of statistics are not.
    private static readonly Gen<int> s_size = Gen.Frequency((6, Gen.Int[1, 8]), (5, Gen.Int[9, 300]), (1, Gen.Int[1_000, 9_000]));

    private static readonly Gen<OperationKind> s_kind = Gen.Frequency(
        (8, OperationKind.Insert), (5, OperationKind.InsertLate), (8, OperationKind.InsertSlightlyLate), (5, OperationKind.Delete), (5, OperationKind.Update), (1, OperationKind.Truncate),
        (2, OperationKind.DropDays), (2, OperationKind.AddColumn), (2, OperationKind.RenameColumn), (2, OperationKind.DropColumn),
        (3, OperationKind.Checkpoint), (3, OperationKind.Compact), (3, OperationKind.Crash), (1, OperationKind.CrashTwice), (2, OperationKind.Restart));

    /// <summary>A database's life: how durable its statements are, and what happens to it.</summary>
    public static Gen<(Durability Durability, StorageOperation[] Operations)> Sequences { get; } =
        Gen.Select(Gen.OneOf(Durability.Sync, Durability.Async), One().Array[1, 40]);

    private static Gen<StorageOperation> One() =>
        Gen.Select(s_kind, Gen.Int[0, 1], s_size, Gen.Int[0, 999_999], (kind, table, size, seed) => new StorageOperation(kind, table, size, seed));
}
