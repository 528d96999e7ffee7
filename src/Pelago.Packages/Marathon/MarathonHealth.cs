// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Packages.Marathon;

/// <summary>The first health check says when an instance is ready and when it is started anew.</summary>
internal static class MarathonHealth
{
    public static void Map(MarathonFields app, JsonObject container, MarathonNetwork network)
    {
        IReadOnlyList<MarathonFields> checks = app.Objects("healthChecks");
        if (checks.Count == 0)
            return;
        MarathonFields check = checks[0];
        if (Action(check, network) is not { } probe)
            return;
        long period = Math.Max(1, (long)(check.Number("intervalSeconds") ?? 60)), grace = (long)(check.Number("gracePeriodSeconds") ?? 300), failures = (long)(check.Number("maxConsecutiveFailures") ?? 3);
        probe["periodSeconds"] = period;
        probe["timeoutSeconds"] = Math.Max(1, (long)(check.Number("timeoutSeconds") ?? 20));
        if (check.Number("delaySeconds") is > 0 and { } delay)
            probe["initialDelaySeconds"] = (long)delay;
        container["readinessProbe"] = probe;
        check.Boolean("ignoreHttp1xx");
        // None: it is never started anew for its health.
        if (failures == 0)
            return;
        var live = (JsonObject)probe.DeepClone();
        live["failureThreshold"] = failures;
        container["livenessProbe"] = live;
        // Failures while it starts do not count for so long.
        var start = (JsonObject)probe.DeepClone();
        start["failureThreshold"] = Math.Max(1, (grace + period - 1) / period);
        container["startupProbe"] = start;
    }

    private static JsonObject? Action(MarathonFields check, MarathonNetwork network)
    {
        string protocol = check.String("protocol") ?? "HTTP", path = check.String("path") ?? "/";
        if (protocol == "COMMAND")
        {
            if (check.Object("command").String("value") is { Length: > 0 } command)
                return new JsonObject { ["exec"] = new JsonObject { ["command"] = new JsonArray("/bin/sh", "-c", command) } };
            check.Note("command", "there is nothing to run");
            return null;
        }

        JsonNode? port = check.Number("port") is > 0 and { } number ? JsonValue.Create((long)number) : null;
        int index = (int)(check.Number("portIndex") ?? 0);
        port ??= network.At(index);
        if (port is null)
        {
            check.Note("portIndex", "the port is known only once there is a node, which a probe cannot say: instances count as healthy while they run");
            return null;
        }

        if (protocol.EndsWith("TCP", StringComparison.Ordinal))
            return new JsonObject { ["tcpSocket"] = new JsonObject { ["port"] = port } };
        var http = new JsonObject { ["path"] = path, ["port"] = port };
        if (protocol.EndsWith("HTTPS", StringComparison.Ordinal))
            http["scheme"] = "HTTPS";
        return new JsonObject { ["httpGet"] = http };
    }
}
