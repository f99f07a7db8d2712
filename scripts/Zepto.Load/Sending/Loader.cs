using System.Threading.Channels;
using Zepto.Load.Columns;
using Zepto.Load.Csv;

namespace Zepto.Load.Sending;

/// <summary>
/// Loads files one after the other into one table: one thread reads and writes statements, the caller's thread sends them. A few statements
/// circulate between the two, so memory is bounded by them.
/// </summary>
internal sealed class Loader(ServerConnection server, LoadOptions options)
{
    private const int Statements = 4;

    /// <summary>A statement is sent at this size even when it has room for more rows; the server limits its body.</summary>
    private const int MaxStatementBytes = 4 << 20;

    /// <summary>Rows that the server has stored so far.</summary>
    public long StoredRows { get; private set; }

    /// <summary>Loads all files. Throws a LoadException; the rows of <see cref="StoredRows"/> stay.</summary>
    public void Run()
    {
        var totalBytes = options.Files.Sum(SizeOf);
        if (options.Create && !server.TableExists(options.Table))
            Create();
        var columns = server.Describe(options.Table);

        var full = Channel.CreateBounded<InsertBatch>(Statements);
        var free = Channel.CreateBounded<InsertBatch>(Statements);
        for (var i = 0; i < Statements; i++)
            free.Writer.TryWrite(new InsertBatch());
        using var stop = new CancellationTokenSource();
        var reading = Task.Factory.StartNew(() => ReadFiles(columns, full.Writer, free.Reader, stop.Token), TaskCreationOptions.LongRunning);
        try
        {
            Send(full.Reader, free.Writer, new Progress(totalBytes));
        }
        finally
        {
            stop.Cancel();
            reading.Wait();
        }
    }

    private void Create()
    {
        var inference = new TypeInference();
        foreach (var path in options.Files)
        {
            using var file = InputFile.Open(path);
            var reader = new CsvReader(file.Text, path);
            inference.Observe(reader, CsvHeader.Read(reader, path));
        }

        server.Run(inference.CreateStatement(options.Table));
    }

    /// <summary>Sends until the reader is through; throws what the reader met after the rows before it were sent.</summary>
    private void Send(ChannelReader<InsertBatch> full, ChannelWriter<InsertBatch> free, Progress progress)
    {
        try
        {
            while (full.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                while (full.TryRead(out var statement))
                {
                    Send(statement);
                    progress.Show(statement.ReadBytes, StoredRows);
                    statement.Clear();
                    free.TryWrite(statement);
                }
            }
        }
        finally
        {
            progress.Clear();
        }
    }

    private void Send(InsertBatch statement)
    {
        try
        {
            server.Run(statement.Text.WrittenMemory);
        }
        catch (LoadException error)
        {
            throw new LoadException($"{statement.Path}: lines {statement.FirstLine} to {statement.LastLine}: {error.Message}");
        }

        StoredRows += statement.RowCount;
    }

    private void ReadFiles(
        List<TableColumn> columns, ChannelWriter<InsertBatch> full, ChannelReader<InsertBatch> free, CancellationToken stop)
    {
        Exception? error = null;
        try
        {
            long earlierBytes = 0;
            foreach (var path in options.Files)
            {
                using var file = InputFile.Open(path);
                ReadFile(file, path, earlierBytes, columns, full, free, stop);
                earlierBytes += file.SizeBytes;
            }
        }
        catch (Exception caught)
        {
            error = caught;
        }

        full.Complete(error);
    }

    private void ReadFile(
        InputFile file, string path, long earlierBytes, List<TableColumn> columns, ChannelWriter<InsertBatch> full,
        ChannelReader<InsertBatch> free, CancellationToken stop)
    {
        var reader = new CsvReader(file.Text, path);
        var writer = new StatementWriter(path, CsvHeader.Read(reader, path), options.Table, columns);
        InsertBatch? statement = null;
        var isMore = reader.ReadRow();
        while (isMore)
        {
            statement ??= free.ReadAsync(stop).AsTask().GetAwaiter().GetResult();
            try
            {
                writer.Add(reader, statement);
                isMore = reader.ReadRow();
            }
            catch (LoadException)
            {
                // The rows before a bad one are good.
                HandOver(statement);
                throw;
            }

            if (!isMore || statement.RowCount == options.RowsPerStatement || statement.Text.WrittenCount >= MaxStatementBytes)
            {
                HandOver(statement);
                statement = null;
            }
        }

        void HandOver(InsertBatch complete)
        {
            complete.ReadBytes = earlierBytes + file.PositionBytes;
            if (complete.RowCount > 0)
                full.TryWrite(complete);
        }
    }

    private static long SizeOf(string path)
    {
        using var file = InputFile.Open(path);
        return file.SizeBytes;
    }
}
