// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Hub.Serving;
using Pelago.Kube;

namespace Pelago.Hub.Agents;

/// <summary>
/// POST /agents: an agent says by which certificate it is known. Which node it is of it does not say: its token names its pod, and the API server knows
/// where that pod runs. So nobody but the agent of a node can speak for the node.
/// </summary>
internal sealed partial class RegistrationEndpoint(IKubeApi api, TokenReviews tokens, string ns, AgentClaim claims, AgentRegistry agents, ILogger log)
{
    private const string PodName = "authentication.kubernetes.io/pod-name";
    private const string PodUid = "authentication.kubernetes.io/pod-uid";
    private const int MostBytes = 16 * 1024;
    private readonly string _account = $"system:serviceaccount:{ns}:{NodeApi.Agent}";

    public async Task HandleAsync(HttpContext http)
    {
        CancellationToken cancel = http.RequestAborted;
        ReviewedUser user = await AuthenticateAsync(http.Request.Headers.Authorization.ToString(), cancel);
        (string node, IPAddress address) = await PlaceOfAsync(user, cancel);
        JsonObject said = await ReadAsync(http.Request.Body, cancel);
        long port = said.Integer("port") ?? 0;
        byte[] certificate = new byte[MostBytes];
        string version = said.String("version") ?? "";
        if (claims.Objection(address, port, version) is { } objection)
            throw new ApiStatusException(ApiStatus.BadRequest(objection));
        if (!Convert.TryFromBase64String(said.String("certificate") ?? "", certificate, out int length) || length == 0)
            throw new ApiStatusException(ApiStatus.BadRequest("an agent registers with its port and its certificate"));
        if (agents.Register(node, new IPEndPoint(address, (int)port), certificate[..length], version))
            Log.Registered(log, node, address, port, version);
        await HubAnswers.WriteAsync(http, new JsonObject { ["node"] = node });
    }

    private async Task<ReviewedUser> AuthenticateAsync(string authorization, CancellationToken cancel)
    {
        const string Scheme = "Bearer ";
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            || await tokens.WhoseAsync(authorization[Scheme.Length..].Trim(), NodeApi.HubAudience, cancel) is not { } user)
            throw new ApiStatusException(ApiStatus.Unauthorized());
        return user.Name == _account ? user : throw Refused($"only the agents of nodes ({_account}) register here, not {user.Name}");
    }

    private async Task<(string Node, IPAddress Address)> PlaceOfAsync(ReviewedUser user, CancellationToken cancel)
    {
        if (user.ExtraValue(PodName) is not { } name || user.ExtraValue(PodUid) is not { } uid)
            throw Refused("the token is bound to no pod: an agent takes a projected one");
        ApiResult answer = await api.GetAsync(new ResourcePath(new GroupVersionResource("", "v1", "pods"), ns, name), cancel);
        var pod = KubeObject.Parse(answer.BodyOrThrow());
        if (pod.Uid != uid)
            throw Refused($"pod {name} is another one than that of the token");
        string node = pod.Spec?.String("nodeName") ?? "", host = pod.Status?.String("hostIP") ?? "";
        return node.Length > 0 && IPAddress.TryParse(host, out IPAddress? address)
            ? (node, address)
            : throw new ApiStatusException(ApiStatus.Unavailable($"pod {name} has no node or no address yet"));
    }

    private static async Task<JsonObject> ReadAsync(Stream body, CancellationToken cancel)
    {
        byte[] buffer = new byte[MostBytes + 1];
        int read = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel);
        try
        {
            return read <= MostBytes ? KubeJson.ParseObject(buffer.AsMemory(0, read)) : throw new JsonException("it is too long");
        }
        catch (JsonException bad)
        {
            throw new ApiStatusException(ApiStatus.BadRequest($"the registration cannot be read: {bad.Message}"));
        }
    }

    private static ApiStatusException Refused(string why) => new(new ApiStatus { Code = 403, Reason = StatusReason.Forbidden, Message = why });

    private static partial class Log
    {
        [LoggerMessage(6020, LogLevel.Information, "The agent of node {Node} is at {Address}:{Port}, version {Version}")]
        public static partial void Registered(ILogger log, string node, IPAddress address, long port, string version);
    }
}
