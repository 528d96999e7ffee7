// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net.Http;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.Crash;

/// <summary>
/// One client that creates, changes and deletes config maps of its own, one after the other, and keeps account: what was acknowledged must be there
/// after a crash, what was under way may be.
/// </summary>
internal sealed class CrashWriter(RawApi api, int number, Random random, Revisions revisions)
{
    private const int Names = 12;
    private const string Collection = "/api/v1/namespaces/default/configmaps";
    private readonly Dictionary<string, string> _acknowledged = [];
    private (string Name, string? Value)? _underWay;
    private int _values;

    /// <summary>How many writes were acknowledged.</summary>
    public int Count { get; private set; }

    /// <summary>Writes until the connection is lost.</summary>
    public async Task WriteUntilCutAsync()
    {
        while (true)
        {
            string name = $"w{number}-{random.Next(Names)}";
            bool exists = _acknowledged.ContainsKey(name);
            string? value = exists && random.Next(4) == 0 ? null : $"{number}.{++_values}";
            _underWay = (name, value);
            RawAnswer answer;
            try
            {
                answer = await SendAsync(name, value, exists);
            }
            // A connection that is cut in the moment in which it is made comes as its socket's fault.
            catch (Exception cut) when (cut is HttpRequestException or IOException or SocketException)
            {
                return;
            }
            Assert.True(answer.Code is 200 or 201, $"{name} = {value ?? "deleted"}: {answer.Code} {answer.Text}");
            if (value is not null)
                revisions.Acknowledged(answer.Json["metadata"]!);
            Settle(name, value);
            Count++;
        }
    }

    /// <summary>Compares this writer's objects with what the server has after the crash, and goes on from there.</summary>
    public void Verify(IReadOnlyDictionary<string, string> stored)
    {
        if (_underWay is { } last)
        {
            string? now = stored.GetValueOrDefault(last.Name);
            string? before = _acknowledged.GetValueOrDefault(last.Name);
            Assert.True(now == before || now == last.Value, $"{last.Name} is {now ?? "gone"}; acknowledged was {before ?? "gone"}, under way {last.Value ?? "its deletion"}");
            Settle(last.Name, now);
        }
        foreach ((string name, string value) in _acknowledged)
            Assert.True(stored.GetValueOrDefault(name) == value, $"{name} is {stored.GetValueOrDefault(name) ?? "gone"}, but {value} was acknowledged");
        foreach (string name in stored.Keys.Where(name => name.StartsWith($"w{number}-", StringComparison.Ordinal)))
            Assert.True(_acknowledged.ContainsKey(name), $"{name} is there again, but its deletion was acknowledged");
    }

    private Task<RawAnswer> SendAsync(string name, string? value, bool exists)
    {
        if (value is null)
            return api.DeleteAsync($"{Collection}/{name}");
        string body = $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}","labels":{"crash":"yes"}},"data":{"value":"{{{value}}}"}}""";
        if (!exists)
            return api.PostAsync(Collection, body);
        return random.Next(2) == 0
            ? api.PutAsync($"{Collection}/{name}", body)
            : api.PatchAsync($"{Collection}/{name}", "merge-patch+json", $$$"""{"data":{"value":"{{{value}}}"}}""");
    }

    private void Settle(string name, string? value)
    {
        _underWay = null;
        if (value is null)
            _acknowledged.Remove(name);
        else
            _acknowledged[name] = value;
    }
}

/// <summary>Every revision that a write was acknowledged with: none may come twice, and none after a restart may lie before one from before it.</summary>
internal sealed class Revisions
{
    private readonly Lock _gate = new();
    private readonly HashSet<long> _given = [];
    private long _floor;

    public long Highest { get; private set; }

    public void Acknowledged(JsonNode metadata)
    {
        long revision = long.Parse(metadata["resourceVersion"]!.GetValue<string>());
        lock (_gate)
        {
            Assert.True(_given.Add(revision), $"revision {revision} was given twice");
            Assert.True(revision > _floor, $"revision {revision} was given after a restart, but {_floor} was known before it");
            Highest = Math.Max(Highest, revision);
        }
    }

    /// <summary>The revision of a list after a restart.</summary>
    public void Restarted(long listed)
    {
        lock (_gate)
        {
            Assert.True(listed >= Highest, $"the list after the restart is at revision {listed}, but {Highest} was acknowledged before");
            Highest = listed;
            _floor = listed;
        }
    }
}
