// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Pelago.Hub.Page.Access;
using Pelago.Hub.Serving;
using Pelago.Kube;

namespace Pelago.Hub.Page.Streams;

/// <summary>/api/streams: begins, reads, changes and ends streams (docs/protocols/page.md).</summary>
internal sealed class StreamEndpoint(StreamStore streams, OriginRules origins)
{
    public const string Path = "/api/streams";
    private const string TicketHeader = "X-Pelago-Ticket";
    private const int LongestBody = 1 << 20;
    private const int MostNames = 32;
    private int _begun;

    /// <summary>Whether a request reads a stream, or asks whether it may: that comes from other names of this server, without a cookie.</summary>
    public static bool IsReading(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsOptions(request.Method)) && request.Path.Value!.StartsWith(Path + "/", StringComparison.Ordinal);

    /// <summary>GET and OPTIONS /api/streams/ID</summary>
    public async Task ReadAsync(HttpContext http)
    {
        Allow(http);
        if (HttpMethods.IsOptions(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }
        PageStream? stream = streams.Find(IdOf(http.Request));
        if (stream?.Tickets.Take(http.Request.Headers[TicketHeader].ToString()) != true)
            throw new ApiStatusException(stream is null ? Gone() : ApiStatus.Unauthorized() with { Message = "this ticket does not open the stream; each is good once" });
        bool isNumber = long.TryParse(http.Request.Query["after"], NumberStyles.None, CultureInfo.InvariantCulture, out long after);
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await stream.WriteAsync(http, isNumber ? after : 0);
    }

    public async Task HandleAsync(HttpContext http, PageSession session)
    {
        string id = IdOf(http.Request);
        if (id.Length == 0 && HttpMethods.IsPost(http.Request.Method))
        {
            await BeginAsync(http, session);
            return;
        }
        PageStream? stream = streams.Find(id);
        if (stream is null || !ReferenceEquals(stream.Session, session))
            throw new ApiStatusException(Gone()); // whose it is otherwise is nobody's business
        if (HttpMethods.IsPost(http.Request.Method))
        {
            await ChangeAsync(http, stream);
            return;
        }
        if (!HttpMethods.IsDelete(http.Request.Method))
            throw new ApiStatusException(ApiStatus.MethodNotAllowed());
        await streams.EndAsync(stream);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static string IdOf(HttpRequest request) => request.Path.Value!.Length > Path.Length + 1 ? request.Path.Value[(Path.Length + 1)..] : "";

    private static ApiStatus Gone() => new()
    {
        Code = 404, Reason = StatusReason.NotFound, Message = "there is no such stream: begin another one and add the subscriptions again",
    };

    private static async Task ChangeAsync(HttpContext http, PageStream stream)
    {
        JsonObject body = await BodyJson.ReadAsync(http, LongestBody);
        var refused = new JsonArray();
        foreach (string id in (body.Array("remove") ?? []).OfType<JsonValue>().Select(value => value.TryGetValue(out string? text) ? text : ""))
            stream.Remove(id);
        Each(body, "add", stream.Add, refused);
        Each(body, "change", stream.Change, refused);
        var answer = new JsonObject { ["refused"] = refused };
        if (body.Boolean("ticket") == true)
            answer["ticket"] = stream.Tickets.New();
        await HubAnswers.WriteAsync(http, answer);
    }

    private static void Each(JsonObject body, string list, Action<JsonObject> take, JsonArray refused)
    {
        foreach (JsonObject item in (body.Array(list) ?? []).OfType<JsonObject>())
        {
            try
            {
                take(item);
            }
            catch (ApiStatusException why)
            {
                refused.Add(new JsonObject { ["id"] = item.String("id") ?? "", ["status"] = why.Status.ToJson() });
            }
        }
    }

    private async Task BeginAsync(HttpContext http, PageSession session)
    {
        PageStream stream = streams.Begin(session);
        var urls = new JsonArray();
        HttpRequest request = http.Request;
        if (!request.IsHttps && OriginRules.IsLocalName(request.Host.Host))
            urls.Add($"{request.Scheme}://s{(uint)Interlocked.Increment(ref _begun) % MostNames}.{request.Host.Value}{Path}/{stream.Id}");
        urls.Add($"{Path}/{stream.Id}");
        http.Response.StatusCode = StatusCodes.Status201Created;
        await HubAnswers.WriteAsync(http, new JsonObject { ["id"] = stream.Id, ["ticket"] = stream.Tickets.New(), ["urls"] = urls });
    }

    /// <summary>Lets the page read the answer at another name of this server.</summary>
    private void Allow(HttpContext http)
    {
        string origin = http.Request.Headers.Origin.ToString();
        if (origin.Length == 0 || !origins.IsOwnOrigin(http.Request, origin))
            return;
        http.Response.OnStarting(() => // refusals are to be read too
        {
            IHeaderDictionary headers = http.Response.Headers;
            headers.AccessControlAllowOrigin = origin;
            headers.AccessControlAllowMethods = "GET";
            headers.AccessControlAllowHeaders = TicketHeader;
            headers.AccessControlMaxAge = "600";
            headers.Vary = "Origin";
            return Task.CompletedTask;
        });
    }
}
