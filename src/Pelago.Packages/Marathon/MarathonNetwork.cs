// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Marathon;

/// <summary>
/// Ports. An app on the host's network is given ports of its node, as Mesos does (docs/guides/ports.md); one with a network of its own has the ports of its
/// containers. A service leads to all of them, with the ports of named addresses where the app has some.
/// </summary>
internal sealed class MarathonNetwork
{
    private readonly List<Port> _ports = [];
    private readonly bool _isHost;

    public MarathonNetwork(MarathonFields app, MarathonFields container, MarathonFields docker)
    {
        container.String("type"); // either runs images
        string? mode = app.Objects("networks").Select(network => network.String("mode")).FirstOrDefault(name => name is not null);
        string old = docker.String("network") ?? "";
        bool isExplicit = mode == "host" || old == "HOST", isRequired = app.Boolean("requirePorts") == true;
        MarathonFields[] mappings = [.. container.Objects("portMappings"), .. docker.Objects("portMappings")];
        foreach (MarathonFields mapping in mappings)
            _ports.Add(Read(mapping, (long)(mapping.Number("containerPort") ?? 0), (long)(mapping.Number("hostPort") ?? 0)));
        foreach (MarathonFields definition in app.Objects("portDefinitions"))
            _ports.Add(Read(definition, Known((long)(definition.Number("port") ?? 0)), 0));
        if (app.Take("ports") is JsonArray plain)
            _ports.AddRange(plain.Select(port => new Port("", Known(port.AsInteger() ?? 0), 0, "TCP", null)));
        _isHost = isExplicit || (mode is null && old.Length == 0 && mappings.Length == 0 && _ports.Count > 0);
        for (int i = 0; i < _ports.Count; i++)
        {
            if (_ports[i].Name.Length == 0 || _ports.Take(i).Any(port => port.Name == _ports[i].Name))
                _ports[i] = _ports[i] with { Name = $"port{i}" };
        }

        // Without the word a number only names a port: which one an instance gets, Mesos says.
        long Known(long number) => isRequired ? number : 0;
    }

    /// <summary>By what a probe names a port; null when there is none of that number.</summary>
    public JsonNode? At(int index) => index < 0 || index >= _ports.Count || (_isHost && _ports[index].Number == 0) ? null : JsonValue.Create(_ports[index].Name);

    public void MapTo(JsonObject pod, JsonObject container, JsonObject annotations)
    {
        if (_isHost)
            pod["hostNetwork"] = true;
        Port[] given = [.. _ports.Where(port => port.Number == 0)];
        if (_isHost && given.Length > 0)
            annotations["ports.pelago.dev/host"] = string.Join(", ", given.Select(port => $"{port.Name}=auto"));
        Port[] known = [.. _ports.Where(port => port.Number > 0)];
        if (known.Length == 0)
            return;
        container["ports"] = new JsonArray([.. known.Select(port =>
        {
            var json = new JsonObject { ["name"] = port.Name, ["containerPort"] = port.Number, ["protocol"] = port.Protocol };
            if (port.HostPort > 0)
                json["hostPort"] = port.HostPort;
            return (JsonNode)json;
        })]);
    }

    /// <summary>Null when there is nothing to lead to: ports that are given with the node are found by their pods.</summary>
    public JsonObject? Service(string name, string label)
    {
        Port[] known = [.. _ports.Where(port => port.Number > 0)];
        if (known.Length == 0)
            return null;
        IEnumerable<JsonNode> ports = known.Select(port => (JsonNode)new JsonObject
        {
            ["name"] = port.Name, ["port"] = port.ServicePort ?? port.Number, ["targetPort"] = port.Name, ["protocol"] = port.Protocol,
        });
        return new JsonObject
        {
            ["apiVersion"] = "v1", ["kind"] = "Service", ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject { ["selector"] = new JsonObject { [label] = name }, ["ports"] = new JsonArray([.. ports]) },
        };
    }

    private static Port Read(MarathonFields fields, long number, long hostPort)
    {
        string protocol = (fields.String("protocol") ?? "tcp").ToUpperInvariant();
        if (protocol is not ("TCP" or "UDP"))
        {
            fields.Note("protocol", $"{protocol} is taken as TCP");
            protocol = "TCP";
        }

        long? service = fields.Number("servicePort") is > 0 and { } told ? (long)told : null;
        foreach ((string label, string text) in fields.Texts("labels"))
        {
            // A named address: NAME:PORT.
            if (label.StartsWith("VIP_", StringComparison.Ordinal) && long.TryParse(text[(text.LastIndexOf(':') + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out long port) && port is > 0 and < 65536)
                service = port;
            else
                fields.Note($"labels/{label}", "ports have no labels");
        }

        return new Port(NameOf(fields.String("name") ?? ""), number, hostPort, protocol, service);
    }

    private static string NameOf(string name)
    {
        string plain = string.Concat(name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')).Trim('-');
        plain = plain.Length > 15 ? plain[..15].Trim('-') : plain;
        return NameRules.PortName(plain).Count == 0 ? plain : "";
    }

    private readonly record struct Port(string Name, long Number, long HostPort, string Protocol, long? ServicePort);
}
