// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Hub.Fleet;

namespace Pelago.Hub.Page.Access;

/// <summary>
/// One user at one browser. What it asks of a cluster goes with this session's own credentials and over a connection of its own, so that nothing is
/// shown which the cluster would not show him. For many threads.
/// </summary>
internal sealed class PageSession(SessionKind kind, ImpersonatedUser user, FleetRegistry fleet, TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, BearerToken> _tokens = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (FleetMember Member, HttpKubeApi Api)> _connections = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _ended = new();
    private long _lastSeen = time.GetTimestamp();

    public SessionKind Kind { get; } = kind;

    public ImpersonatedUser User { get; } = user;

    /// <summary>What a request that changes something shows in a header, which no other site can make a browser send.</summary>
    public string Csrf { get; } = Secrets.New();

    /// <summary>Fires when the session is over.</summary>
    public CancellationToken Ended => _ended.Token;

    public DateTimeOffset Expires => time.GetUtcNow() + SessionStore.Idle - time.GetElapsedTime(Interlocked.Read(ref _lastSeen));

    public bool IsOver => _ended.IsCancellationRequested || time.GetElapsedTime(Interlocked.Read(ref _lastSeen)) > SessionStore.Idle;

    public void Touch() => Interlocked.Exchange(ref _lastSeen, time.GetTimestamp());

    /// <summary>The clusters that this session has something to show at.</summary>
    public IReadOnlyList<FleetMember> Members
    {
        get
        {
            IReadOnlyList<FleetMember> all = fleet.Members;
            if (Kind != SessionKind.Token)
                return all;
            lock (_gate)
                return [.. all.Where(member => _tokens.ContainsKey(member.Name))];
        }
    }

    /// <summary>For a session by tokens: from now on it asks that cluster too.</summary>
    public void AddToken(string cluster, string token)
    {
        lock (_gate)
        {
            _tokens[cluster] = BearerToken.Fixed(token);
            _connections.Remove(cluster);
        }
        fleet.SayChanged();
    }

    /// <summary>The cluster as this session's user; null when the session has no such cluster.</summary>
    public HttpKubeApi? ApiOf(string cluster)
    {
        if (fleet.Find(cluster) is not { } member)
            return null;
        if (Kind == SessionKind.Owner)
            return member.Api;
        lock (_gate)
        {
            if (_ended.IsCancellationRequested)
                return null;
            if (_connections.TryGetValue(cluster, out (FleetMember Member, HttpKubeApi Api) known) && ReferenceEquals(known.Member, member))
                return known.Api;
            if (AsUser(member.Connection) is not { } connection)
                return null;
            var api = new HttpKubeApi(connection, FleetMember.Patience, time);
            _connections[cluster] = (member, api);
            return api;
        }
    }

    public JsonObject ToJson(string version) => new()
    {
        ["user"] = User.Name, ["kind"] = Kind.ToString().ToLowerInvariant(), ["csrf"] = Csrf, ["expires"] = Expires.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
        ["clusters"] = new JsonArray([.. Members.Select(member => (JsonNode)member.Name)]), ["version"] = version,
    };

    /// <summary>Ends it: what goes on in its name is cut off.</summary>
    public void Dispose()
    {
        _ended.Cancel();
        lock (_gate)
        {
            foreach ((_, HttpKubeApi api) in _connections.Values)
                api.Dispose();
            _connections.Clear();
            _tokens.Clear();
        }
    }

    private ClusterConnection? AsUser(ClusterConnection owner)
    {
        if (Kind == SessionKind.Impersonated)
            return owner with { As = User };

        // A certificate would be believed before the token.
        return _tokens.TryGetValue(owner.Cluster, out BearerToken? token) ? owner with { ClientCertificate = null, As = null, Token = token } : null;
    }
}
