// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging;
using Pelago.Kube;

namespace Pelago.Client.Informers;

internal static partial class InformerLog
{
    [LoggerMessage(1000, LogLevel.Error, "{Resource} {Key} cannot be decoded and stays out of the cache")]
    public static partial void Unreadable(ILogger logger, GroupVersionResource resource, ObjectKey key, Exception why);

    [LoggerMessage(1001, LogLevel.Error, "a handler failed on {Resource} {Key}")]
    public static partial void HandlerFailed(ILogger logger, GroupVersionResource resource, ObjectKey key, Exception why);

    [LoggerMessage(1002, LogLevel.Debug, "{Resource}: listed {Count} objects at {ResourceVersion}")]
    public static partial void Listed(ILogger logger, GroupVersionResource resource, int count, string resourceVersion);

    [LoggerMessage(1003, LogLevel.Debug, "{Resource}: watch from {ResourceVersion} cannot go on, listing again: {Why}")]
    public static partial void Relisting(ILogger logger, GroupVersionResource resource, string resourceVersion, string why);

    [LoggerMessage(EventId = 1004, Message = "{Resource}: {Why}; trying again")]
    public static partial void Failed(ILogger logger, LogLevel level, GroupVersionResource resource, string why);

    /// <summary>Who watches a kind whose definition was deleted meets a 404 until he is told to stop: nothing to be warned of.</summary>
    public static void Refused(ILogger logger, GroupVersionResource resource, string verb, ApiStatus? error) =>
        Failed(logger, error is { Code: 404 } ? LogLevel.Debug : LogLevel.Warning, resource, $"{verb}: {error?.Message ?? "an error that is no Status"}");
}
