// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Pelago.Kube.Apply;
using Pelago.Kube.Schema;
using Xunit;

namespace Pelago.Kube.Tests.Apply;

/// <summary>
/// Runs one scenario of golden/*.scenarios, line by line:
/// <code>
/// schema {…}                   the schema from here on, as OpenAPI; "deduced" for none
/// apply MANAGER {…}            server-side apply; "force" to take conflicts over
/// update MANAGER {…}           a plain write of the whole object
/// ignoring .a .b               fields that the endpoint resets, from here on
/// ! MANAGER .path …            the apply before failed with these conflicts; "! text" with this message
/// = {…}                        the object now
/// @ MANAGER/OPERATION .path …  one line for each owner, with all of its fields
/// </code>
/// </summary>
internal sealed class ApplyScenario
{
    private readonly List<string> _record = [];
    private readonly List<string> _expectedOwners = [];
    private SchemaNode? _schema;
    private FieldSet? _ignored;
    private JsonObject? _live;
    private ApiStatus? _failure;
    private int _outcome;
    private int _time;

    /// <summary>Checks a scenario; returns it with what really happened in place of the expectations.</summary>
    public IReadOnlyList<string> Run(IReadOnlyList<string> lines, bool check)
    {
        for (int i = 0; i < lines.Count; i++)
        {
            string line = lines[i];
            if (line.StartsWith('!') || line.StartsWith('=') || line.StartsWith('@'))
            {
                if (check)
                    Expect(line);
                continue;
            }
            Settle(check);
            _record.Add(line);
            Act(line);
        }
        Settle(check);
        return _record;
    }

    private void Act(string line)
    {
        string[] words = line.Split(' ', 3);
        switch (words[0])
        {
            case "schema":
                _schema = words[1] == "deduced" ? null : ReadSchema(line["schema ".Length..]);
                break;
            case "ignoring":
                _ignored = FieldSet.Of([.. line.Split(' ')[1..].Select(path => path[1..].Split('.').Select(PathElement.Field).ToArray())]);
                break;
            case "update":
                JsonObject updated = Document(words[2]);
                FieldTracker.TrackUpdate(_live, updated, _schema, words[1], "v1", "", Now(), _ignored);
                _live = updated;
                break;
            default:
                ApplyResult result = ServerSideApply.Apply(
                    _live, Document(words[2]), _schema, words[1], "v1", "", force: words[0] == "force", Now(), _ignored);
                _failure = result.Failure;
                _live = result.Object ?? _live;
                break;
        }
        if (words[0] is not ("schema" or "ignoring"))
            Observe();
    }

    private void Observe()
    {
        _outcome = _record.Count;
        if (_failure is { Causes.Count: > 0 })
        {
            foreach (var owner in _failure.Causes.GroupBy(cause => cause.Message.Split('"')[1]))
                _record.Add($"! {owner.Key} {string.Join(' ', owner.Select(cause => cause.Field).Order(StringComparer.Ordinal))}");
        }
        else if (_failure is not null)
        {
            _record.Add($"! {_failure.Message.Replace("\n", "\\n", StringComparison.Ordinal)}");
        }
        else
        {
            _record.Add("= " + Encoding.UTF8.GetString(KubeJson.ToUtf8(Bare())));
            _record.AddRange(Owners());
        }
        _failure = null;
    }

    /// <summary>The expectations stand behind the action whose outcome ends the record.</summary>
    private void Expect(string line)
    {
        if (line.StartsWith('@'))
        {
            _expectedOwners.Add(line);
            return;
        }
        if (line.StartsWith('='))
        {
            Assert.StartsWith("= ", _record[_outcome]);
            JsonNode? expected = JsonNode.Parse(line[2..]), actual = JsonNode.Parse(_record[_outcome][2..]);
            if (!JsonEquality.DeepEquals(expected, actual))
                Assert.Equal(expected?.ToJsonString(), actual?.ToJsonString());
            return;
        }
        Assert.Contains(line, _record[_outcome..]);
    }

    private void Settle(bool check)
    {
        if (check && _expectedOwners.Count > 0)
            Assert.Equal(_expectedOwners, Owners());
        _expectedOwners.Clear();
    }

    private IEnumerable<string> Owners()
    {
        ManagedFields.TryDecode(_live?["metadata"]?["managedFields"] as JsonArray, out ManagedFields managed, out _);
        return managed.Entries
            .Select(entry => $"@ {entry.Manager}/{entry.Operation} {string.Join(' ', entry.Fields.ToString().Split('\n').Order(StringComparer.Ordinal))}")
            .Order(StringComparer.Ordinal).ToList();
    }

    private JsonObject Bare()
    {
        var bare = (JsonObject)_live!.DeepClone();
        bare.Remove("apiVersion");
        bare.Remove("kind");
        bare.Remove("metadata");
        return bare;
    }

    private DateTimeOffset Now() => DateTimeOffset.UnixEpoch.AddSeconds(_time++);

    private static JsonObject Document(string json)
    {
        JsonObject document = KubeJson.ParseObject(Encoding.UTF8.GetBytes(json));
        document["apiVersion"] = "v1";
        document["kind"] = "Thing";
        return document;
    }

    private static SchemaNode ReadSchema(string json)
    {
        var node = new SchemaNode();
        new SchemaReader(Encoding.UTF8.GetBytes(json), name => throw new KeyNotFoundException(name)).ReadInto(node);
        return node;
    }
}
