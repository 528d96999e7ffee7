// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Hub.Fleet;
using Pelago.Hub.Serving;
using Pelago.Kube;

namespace Pelago.Hub.Page.Access;

/// <summary>Begins sessions, by a link or by a ServiceAccount's token, and gives them further tokens.</summary>
internal sealed partial class LoginEndpoint(FleetRegistry fleet, SessionStore sessions, PageOptions options, ILogger log, TimeProvider time)
{
    private const int LongestBody = 64 << 10;
    private const string OwnerName = "owner";
    private readonly UsedCodes _codes = new(options.Key, time);

    /// <summary>POST /api/login</summary>
    public async Task LoginAsync(HttpContext http)
    {
        JsonObject body = await BodyJson.ReadAsync(http, LongestBody);
        PageSession session = body.String("token") is { Length: > 0 } token
            ? await ByTokenAsync(token, body.String("cluster"), http.RequestAborted)
            : ByCode(body.String("code") ?? "");
        if (!sessions.TryBegin(http, session))
            throw new ApiStatusException(ApiStatus.TooManyRequests("there are too many sessions; log out where one is no longer needed", 60));
        Log.Began(log, session.Kind, session.User.Name);
        await HubAnswers.WriteAsync(http, session.ToJson(options.Version));
    }

    /// <summary>POST /api/session/tokens</summary>
    public async Task AddTokenAsync(HttpContext http, PageSession session)
    {
        if (session.Kind != SessionKind.Token)
            throw new ApiStatusException(ApiStatus.BadRequest("this session came by a link and reaches every cluster already; tokens are for sessions that began with one"));
        JsonObject body = await BodyJson.ReadAsync(http, LongestBody);
        string token = body.String("token") ?? "", cluster = body.String("cluster") ?? "";
        FleetMember member = fleet.Find(cluster) ?? throw new ApiStatusException(NoCluster(cluster));
        await WhoAsync(member, token, http.RequestAborted);
        session.AddToken(cluster, token);
        await HubAnswers.WriteAsync(http, session.ToJson(options.Version));
    }

    private static ApiStatus NoCluster(string cluster) => new() { Code = 404, Reason = StatusReason.NotFound, Message = $"there is no cluster \"{cluster}\"" };

    private PageSession ByCode(string text)
    {
        if (_codes.Take(text, out string objection) is { } code)
        {
            return code.User.Length == 0
                ? new PageSession(SessionKind.Owner, new ImpersonatedUser(OwnerName), fleet, time)
                : new PageSession(SessionKind.Impersonated, new ImpersonatedUser(code.User, code.Group), fleet, time);
        }
        Log.Refused(log, objection);
        throw new ApiStatusException(ApiStatus.Unauthorized() with { Message = $"{objection}: '{options.LoginCommand}' prints another one" });
    }

    private async Task<PageSession> ByTokenAsync(string token, string? cluster, CancellationToken cancel)
    {
        FleetMember[] members = [.. fleet.Members.Where(member => string.IsNullOrEmpty(cluster) || member.Name == cluster)];
        if (members is not [var member])
        {
            throw new ApiStatusException(members.Length == 0 && !string.IsNullOrEmpty(cluster)
                ? NoCluster(cluster)
                : ApiStatus.BadRequest("say of which cluster the token is: there are several, or none"));
        }
        string name = await WhoAsync(member, token, cancel);
        var session = new PageSession(SessionKind.Token, new ImpersonatedUser(name), fleet, time);
        session.AddToken(member.Name, token);
        return session;
    }

    /// <summary>The cluster says whose token it is.</summary>
    private async Task<string> WhoAsync(FleetMember member, string token, CancellationToken cancel)
    {
        if (!TokenOwner.IsToken(token))
            throw new ApiStatusException(ApiStatus.BadRequest("that is no token"));
        using var api = new HttpKubeApi(TokenOwner.Connection(member, token), FleetMember.Patience, time);
        try
        {
            return await TokenOwner.NameAsync(api, cancel);
        }
        catch (ApiStatusException refused)
        {
            Log.Refused(log, refused.Status.Message);
            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(6100, LogLevel.Information, "A session began: {Kind} {User}")]
        public static partial void Began(ILogger log, SessionKind kind, string user);

        [LoggerMessage(6101, LogLevel.Warning, "A login was refused: {Why}")]
        public static partial void Refused(ILogger log, string why);
    }
}
