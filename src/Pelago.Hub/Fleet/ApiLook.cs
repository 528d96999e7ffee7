// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Hub.Fleet;

/// <summary>Whether a cluster's API answers.</summary>
internal static class ApiLook
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static async Task<ApiHealth> AtAsync(FleetMember member, TimeProvider time, CancellationToken cancel)
    {
        ApiHealth before = member.Health.Api;
        long began = time.GetTimestamp();
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        try
        {
            ApiResult answer = await member.Api.GetRawAsync("/version", either.Token);
            if (answer.Error is { } refused)
                return Say("unreachable", $"it answers, but not who asks: {refused.Message}", null, before.Version);
            string version = KubeJson.ParseObject(answer.Body).String("gitVersion") ?? "";
            return Say("reachable", "", (long)time.GetElapsedTime(began).TotalMilliseconds, version);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return Say("unreachable", $"no answer within {Patience.TotalSeconds:0} s from {member.Connection.Server.GetLeftPart(UriPartial.Authority)}", null, before.Version);
        }
        catch (ClusterUnreachableException away)
        {
            return Say("unreachable", away.Message, null, before.Version);
        }
        catch (JsonException)
        {
            return Say("unreachable", $"what answers at {member.Connection.Server.GetLeftPart(UriPartial.Authority)} is no API server", null, before.Version);
        }

        ApiHealth Say(string state, string message, long? millis, string version) =>
            new(state, message, state == before.State ? before.Since : time.GetUtcNow(), millis, version);
    }
}
