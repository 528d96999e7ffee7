// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Microsoft.Data.Sqlite;
using Pelago.Kube;

namespace Pelago.History.Days;

/// <summary>A query as SQL over one day. Which index serves it is said: the planner knows nothing of how many runs an owner has.</summary>
internal sealed class RunSelect
{
    private const int MaxOwners = 64;

    private const string Columns = """
        SELECT id, key, (SELECT text FROM word WHERE id = run.ns), pod, uid, (SELECT text FROM word WHERE id = run.container), attempt,
          (SELECT text FROM word WHERE id = run.owner), (SELECT text FROM word WHERE id = run.node), started, finished, code,
          (SELECT text FROM word WHERE id = run.reason), message, bytes, lines, (SELECT text FROM word WHERE id = run.loss), pinned
        FROM run
        """;

    private readonly SqliteConnection _connection;
    private readonly List<string> _conditions = [];
    private readonly List<(string Name, object Value)> _parameters = [];
    private string _index = "";

    public RunSelect(SqliteConnection connection, RunQuery query)
    {
        _connection = connection;
        AddOwner(query);
        AddWord("ns", query.Namespace);
        AddWord("container", query.Container);
        AddWord("node", query.Node);
        AddWord("reason", query.Reason);
        AddRest(query);
        if (_index.Length == 0 && query.PinnedOnly)
            _index = "run_pins";
        else if (_index.Length == 0 && query.Failed == true)
            _index = query.Namespace.Length > 0 ? "run_failed" : "run_failures";
        else if (_index.Length == 0 && query.Namespace.Length > 0)
            _index = "run_ns";
    }

    /// <summary>A word of the query is none of this day's: no run of it can be meant.</summary>
    public bool IsEmpty { get; private set; }

    /// <summary>Few runs are looked at because of an index.</summary>
    public bool HasIndex => _index is not ("" or "run_ns");

    /// <summary>One run, if it is meant.</summary>
    public SqliteCommand ById()
    {
        SqliteCommand command = Command($"{Columns} WHERE {string.Join(" AND ", _conditions.Prepend("id = $id"))}");
        command.Parameters.Add("$id", SqliteType.Integer);
        return command;
    }

    /// <summary>Those with smaller ids, newest first.</summary>
    public SqliteCommand Before(long before)
    {
        string index = _index.Length > 0 ? $" INDEXED BY {_index}" : "";
        SqliteCommand command = Command($"{Columns}{index} WHERE {string.Join(" AND ", _conditions.Prepend("id < $before"))} ORDER BY id DESC");
        command.Parameters.AddWithValue("$before", before);
        return command;
    }

    public static RunRecord Read(SqliteDataReader row, DateOnly day) => new()
    {
        Id = row.GetInt64(0), Day = day, Name = RunKey.Name(row.GetString(3), row.GetString(5), row.GetInt64(1)), Namespace = row.GetString(2), Pod = row.GetString(3),
        PodUid = Uid.Read(row.GetValue(4)), Container = row.GetString(5), Attempt = row.GetInt32(6), Owner = row.GetString(7), Node = row.GetString(8),
        Started = row.IsDBNull(9) ? null : Moments.Read(row.GetInt64(9)), Finished = Moments.Read(row.GetInt64(10)), ExitCode = row.GetInt32(11), Reason = row.GetString(12),
        Message = row.IsDBNull(13) ? "" : row.GetString(13), LogBytes = row.GetInt64(14), LogLines = row.GetInt64(15), LogLoss = row.GetString(16), Pinned = row.GetInt64(17) != 0,
    };

    public static SqliteCommand ByKey(SqliteConnection connection, long key)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"{Columns} WHERE key = $key";
        command.Parameters.AddWithValue("$key", key);
        return command;
    }

    private void AddOwner(RunQuery query)
    {
        if (query.Owner.Length == 0)
            return;
        List<long> owners = Owners(query.Owner);
        IsEmpty |= owners.Count == 0;
        string ids = string.Join(',', owners.Select(id => id.ToString(CultureInfo.InvariantCulture)));
        _conditions.Add(owners.Count == 1 ? $"owner = {ids}" : $"owner IN ({ids})");
        _index = owners.Count <= MaxOwners ? "run_owner" : "";
    }

    private List<long> Owners(string owner)
    {
        // Nothing of the text is a pattern but the star at its end.
        bool isBeginning = owner.EndsWith('*');
        string text = isBeginning ? owner[..^1] : owner;
        bool anyKind = !text.Contains('/', StringComparison.Ordinal);
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = (anyKind, isBeginning) switch
        {
            (false, false) => "SELECT id FROM word WHERE text = $text",
            (false, true) => "SELECT id FROM word WHERE text >= $text AND text < $text || char(1114111)",
            (true, false) => "SELECT id FROM word WHERE substr(text, instr(text, '/') + 1) = $text AND instr(text, '/') > 0",
            (true, true) => "SELECT id FROM word WHERE substr(text, instr(text, '/') + 1, length($text)) = $text AND instr(text, '/') > 0",
        };
        command.Parameters.AddWithValue("$text", text);
        using SqliteDataReader rows = command.ExecuteReader();
        var ids = new List<long>();
        while (rows.Read())
            ids.Add(rows.GetInt64(0));
        return ids;
    }

    private void AddWord(string column, string text)
    {
        if (text.Length == 0)
            return;
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = "SELECT id FROM word WHERE text = $text";
        command.Parameters.AddWithValue("$text", text);
        if (command.ExecuteScalar() is long id)
            _conditions.Add(string.Create(CultureInfo.InvariantCulture, $"{column} = {id}"));
        else
            IsEmpty = true;
    }

    private void AddRest(RunQuery query)
    {
        if (query.Failed is { } failed)
            _conditions.Add(failed ? "failed = 1" : "failed = 0");
        if (query.PinnedOnly)
            _conditions.Add("pinned = 1");
        if (query.ExitCode is { } code)
            Add("code = $code", "$code", (long)code);
        if (query.Pod.Length > 0)
            Add("pod = $pod", "$pod", query.Pod);
        if (query.PodUid.Length > 0)
            Add("uid = $uid", "$uid", Uid.Store(query.PodUid));
        if (query.Since is { } since)
            Add("finished >= $since", "$since", Moments.Store(since));
        if (query.Until is { } until)
            Add("finished < $until", "$until", Moments.Store(until));
    }

    private void Add(string condition, string name, object value)
    {
        _conditions.Add(condition);
        _parameters.Add((name, value));
    }

    private SqliteCommand Command(string sql)
    {
        SqliteCommand command = _connection.CreateCommand();
#pragma warning disable CA2100 // conditions of this class; what a user gave is a parameter
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach ((string name, object value) in _parameters)
            command.Parameters.AddWithValue(name, value);
        return command;
    }
}
