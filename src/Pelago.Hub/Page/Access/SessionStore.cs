// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;

namespace Pelago.Hub.Page.Access;

/// <summary>The sessions, in memory alone: after a restart everybody comes by a new link. For many threads.</summary>
internal sealed class SessionStore(TimeProvider time) : IDisposable
{
    public const string Cookie = "pelago-session";
    public const string CsrfHeader = "X-Pelago-Csrf";

    /// <summary>A session that is not used for so long is over.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromHours(12);

    private const int MostSessions = 1000;
    private const int LongestCookie = 128;
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromMinutes(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, PageSession> _sessions = new(StringComparer.Ordinal);
    private long _swept = time.GetTimestamp();

    /// <summary>Keeps a session and gives the browser its cookie. False: there are too many.</summary>
    public bool TryBegin(HttpContext http, PageSession session)
    {
        string secret = Secrets.New();
        lock (_gate)
        {
            Sweep(now: true);
            if (_sessions.Count >= MostSessions)
                return false;
            _sessions[Secrets.KeyOf(secret)] = session;
        }
        http.Response.Cookies.Append(Cookie, secret, CookieOf(http.Request));
        return true;
    }

    /// <summary>The session of a request's cookie; null when it has none that is good.</summary>
    public PageSession? Find(HttpRequest request)
    {
        if (!request.Cookies.TryGetValue(Cookie, out string? secret) || secret.Length is 0 or > LongestCookie)
            return null;
        lock (_gate)
        {
            Sweep(now: false);
            if (!_sessions.TryGetValue(Secrets.KeyOf(secret), out PageSession? session) || session.IsOver)
                return null;
            session.Touch();
            return session;
        }
    }

    public void End(HttpContext http, PageSession session)
    {
        lock (_gate)
        {
            foreach ((string key, _) in _sessions.Where(pair => ReferenceEquals(pair.Value, session)).ToList())
                _sessions.Remove(key);
        }
        session.Dispose();
        http.Response.Cookies.Delete(Cookie, CookieOf(http.Request));
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (PageSession session in _sessions.Values)
                session.Dispose();
            _sessions.Clear();
        }
    }

    private static CookieOptions CookieOf(HttpRequest request) => new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Path = "/api", Secure = request.IsHttps, IsEssential = true };

    private void Sweep(bool now)
    {
        if (!now && time.GetElapsedTime(_swept) < BetweenSweeps)
            return;
        _swept = time.GetTimestamp();
        foreach ((string key, PageSession over) in _sessions.Where(pair => pair.Value.IsOver).ToList())
        {
            _sessions.Remove(key);
            over.Dispose();
        }
    }
}
