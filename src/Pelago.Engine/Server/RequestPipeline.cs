// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pelago.Engine.Aggregation;
using Pelago.Engine.Authorization;
using Pelago.Engine.Requests;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Server;

/// <summary>
/// What happens to every request, in upstream's order: panic guard, what is asked for, authentication, impersonation, requests in flight,
/// authorization, deadline, route (apiserver pkg/server/config.go DefaultBuildHandlerChain).
/// </summary>
internal sealed partial class RequestPipeline(
    AccessControl access, ResourceEndpoint resources, IReadOnlyList<ApiExtension> extensions, NonResourceEndpoint others, AggregationProxy? aggregation, InFlightLimit reads, InFlightLimit writes,
    RequestMetrics metrics, TimeProvider time, ILogger logger, CancellationToken stopping)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly HashSet<string> KnownMethods = ["get", "head", "post", "put", "patch", "delete", "options"];

    public async Task HandleAsync(HttpContext http)
    {
        long started = Stopwatch.GetTimestamp();
        RequestInfo? info = null;
        try
        {
            string query = http.Request.QueryString.Value ?? "";
            RequestQuery parameters = query.Length <= 1 ? RequestQuery.Empty : new RequestQuery(query);
            info = RequestInfoParser.Parse(http.Request.Method, http.Request.Path.Value ?? "/", parameters);
            await AdmitAsync(http, info, parameters);
        }
        catch (Exception fault)
        {
            await AnswerFaultAsync(http, info, fault);
        }

        if (info is not null)
            Record(info, http.Response.StatusCode, Stopwatch.GetElapsedTime(started));
    }

    private async Task AdmitAsync(HttpContext http, RequestInfo info, RequestQuery query)
    {
        CancellationToken gone = http.RequestAborted;
        UserInfo? user = await access.Authenticate(http, gone);
        if (user is null)
            throw new ApiStatusException(ApiStatus.Unauthorized());
        (user, ApiStatus? refused) = access.Impersonate(http.Request, user);
        if (refused is not null)
            throw new ApiStatusException(refused);
        if (info.IsLongRunning)
        {
            if (stopping.IsCancellationRequested)
                throw new ApiStatusException(ApiStatus.TooManyRequests("The apiserver is shutting down, please try again later.", 5));
            Authorize(info, user);
            await RouteAsync(http, info, query, user, gone);
            return;
        }

        InFlightLimit limit = info.Verb is "get" or "list" or "head" ? reads : writes;
        if (!limit.TryEnter())
            throw new ApiStatusException(InFlightLimit.TooMany());
        try
        {
            Authorize(info, user);
            if (info.Verb is "get" && info.IsResource)
            {
                await RouteAsync(http, info, query, user, gone);
                return;
            }

            using var deadline = new CancellationTokenSource(Deadline, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, gone);
            await RouteAsync(http, info, query, user, either.Token);
        }
        finally
        {
            limit.Leave();
        }
    }

    private void Authorize(RequestInfo info, UserInfo user)
    {
        AccessAttributes attributes = info.IsResource
            ? new AccessAttributes(
                user, info.Verb, info.Namespace, info.Resource.Group, info.Resource.Version, info.Resource.Resource, info.Subresource, info.Name)
            : new AccessAttributes(user, info.Verb, Path: info.Path);
        AccessDecision decision = access.Authorizer.Authorize(in attributes);
        if (!decision.Allowed)
            throw new ApiStatusException(Denial.ToStatus(in attributes, decision.Reason));
    }

    private Task RouteAsync(HttpContext http, RequestInfo info, RequestQuery query, UserInfo user, CancellationToken cancel) =>
        Extension(info) is { } extension ? extension.HandleAsync(http, Asked(info), cancel) : aggregation?.Find(info) is { } elsewhere ? aggregation.HandleAsync(http, info, user, elsewhere, cancel)
        : info.IsResource ? resources.HandleAsync(http, info, query, user, cancel) : others.HandleAsync(http, info, query, cancel);

    private static ExtensionRequest Asked(RequestInfo info) =>
        new(info.Verb, info.Namespace, info.Resource.Resource, info.IsCollection ? "" : info.Name, info.Subresource);

    private ApiExtension? Extension(RequestInfo info)
    {
        foreach (ApiExtension extension in extensions)
        {
            if (info.IsResource && extension.Serves.Group == info.Resource.Group && extension.Serves.Version == info.Resource.Version)
                return extension;
        }

        return null;
    }

    private async Task AnswerFaultAsync(HttpContext http, RequestInfo? info, Exception fault)
    {
        if (http.RequestAborted.IsCancellationRequested)
            return;
        ApiStatus status = ToStatus(fault, info, http);
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        http.Response.Clear();
        await ResponseWriter.WriteStatusAsync(http, status, http.RequestAborted);
    }

    private ApiStatus ToStatus(Exception fault, RequestInfo? info, HttpContext http)
    {
        switch (fault)
        {
            case ApiStatusException refused:
                return refused.Status;
            case BadHttpRequestException bad:
                return new ApiStatus { Code = bad.StatusCode, Reason = StatusReason.BadRequest, Message = bad.Message };
            case OperationCanceledException:
                return Timeout();
            case StoreFailedException failed:
                LogStoreFailed(logger, http.Request.Method, info?.Path ?? "", failed);
                return StoreFault.Answer(failed);
            default:
                LogPanic(logger, http.Request.Method, info?.Path ?? "", fault);
                return ApiStatus.Internal("the server met an unexpected fault and logged it; the request may or may not have taken effect");
        }
    }

    private static ApiStatus Timeout() => new()
    {
        Code = 504,
        Reason = StatusReason.Timeout,
        Message = "Timeout: request did not complete within the allotted timeout",
    };

    /// <summary>Only what is served gets labels of its own: anybody can ask for anything, and each name would be kept for ever.</summary>
    private void Record(RequestInfo info, int code, TimeSpan duration)
    {
        bool isKnown = info.IsResource && code is not (401 or 403) && (resources.Serves(info) || Extension(info) is not null || aggregation?.Find(info) is not null);
        GroupVersionResource of = isKnown ? info.Resource : default;
        string verb = info.IsResource || KnownMethods.Contains(info.Verb) ? info.Verb : "other";
        metrics.Record(verb, of.Group ?? "", of.Version ?? "", of.Resource ?? "", isKnown ? info.Subresource : "", code, duration, info.IsLongRunning);
    }

    [LoggerMessage(2000, LogLevel.Error, "{Method} {Path}: unexpected fault")]
    private static partial void LogPanic(ILogger logger, string method, string path, Exception fault);

    [LoggerMessage(2001, LogLevel.Error, "{Method} {Path}: the store failed")]
    private static partial void LogStoreFailed(ILogger logger, string method, string path, Exception fault);
}
