// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pelago.Client;

namespace Pelago.Engine.Scheduling;

/// <summary>Reads without whose answer the work cannot go on: asked again, more and more rarely, and not in silence.</summary>
internal sealed partial class PatientReads(TimeProvider clock, ILogger logger)
{
    /// <param name="what">For the log.</param>
    /// <param name="read">Null where the answer decides nothing, and is to be asked for again.</param>
    public async Task<T> ReadAsync<T>(string what, Func<Task<ApiResult>> ask, Func<ApiResult, T?> read, CancellationToken cancel)
        where T : class
    {
        Backoff pause = Backoff.ForWatches(clock);
        string said = "";
        while (true)
        {
            string fault;
            try
            {
                ApiResult answer = await ask();
                if (read(answer) is { } decided)
                    return decided;
                fault = answer.Error?.Message ?? "the answer says nothing";
            }
            catch (Exception failure) when (failure is ClusterUnreachableException or JsonException)
            {
                fault = failure.Message;
            }
            if (fault != said)
                Log.AsksAgain(logger, what, fault);
            said = fault;
            await pause.DelayAsync(cancel);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2508, LogLevel.Warning, "{What} cannot be read, which is tried again: {Why}")]
        public static partial void AsksAgain(ILogger logger, string what, string why);
    }
}
