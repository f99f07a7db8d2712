namespace Zepto.Benchmarks.Queries;

/// <summary>An engine that answers the queries in this process. One thread at a time.</summary>
internal interface IQueryPeer : IDisposable
{
    /// <summary>Name in the report.</summary>
    string Name { get; }

    /// <summary>Takes the data; called once, before anything else.</summary>
    void Load(MarketData data);

    /// <summary>Whether it answers this query.</summary>
    bool Answers(Query query);

    /// <summary>Called before each series of timed runs, untimed.</summary>
    void Prepare();

    /// <summary>Runs a query, fetches its whole result and gives the number of rows. This is what is timed.</summary>
    long Run(Query query);

    /// <summary>Runs a query and reads every value of its result.</summary>
    QueryAnswer Answer(Query query);
}
