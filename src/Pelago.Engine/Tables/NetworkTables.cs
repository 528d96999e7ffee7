// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Tables;

/// <summary>Services and what is behind them, ingresses, network policies.</summary>
internal static class NetworkTables
{
    private const int Shown = 3;

    public static IEnumerable<KeyValuePair<string, TablePrinter>> All() => new Dictionary<string, TablePrinter>
    {
        ["services"] = TablePrinter.Of(
            Column.Name, Column.Text("Type", "spec.type", "How the service is reached."),
            Column.String("Cluster-IP", "Address inside the cluster.", ClusterIP),
            Column.String("External-IP", "Addresses outside the cluster.", ExternalIP),
            Column.String("Port(s)", "Ports that it listens on, with the port of the nodes where there is one.", Ports),
            Column.Age, Column.LabelMap("Selector", "spec.selector", "Labels of the pods behind it.").Wide),
        ["endpoints"] = TablePrinter.Of(Column.Name, Column.String("Endpoints", "Addresses behind the service.", Endpoints), Column.Age),
        ["endpointslices.discovery.k8s.io"] = TablePrinter.Of(
            Column.Name, Column.Text("AddressType", "addressType", "Kind of the addresses."),
            Column.String("Ports", "Ports of each address.", item => More(item.List("ports").Select(SlicePort), Column.Unset)),
            Column.String("Endpoints", "Addresses.", item => More(
                item.List("endpoints").SelectMany(endpoint => PrintedObject.TextsOf(endpoint["addresses"])), Column.Unset)),
            Column.Age),
        ["ingresses.networking.k8s.io"] = TablePrinter.Of(
            Column.Name, Column.Text("Class", "spec.ingressClassName", "Which IngressClass serves it.", Column.None),
            Column.String("Hosts", "Host names that it is for.", Hosts),
            Column.String("Address", "Where it can be reached.", LoadBalancer),
            Column.String("Ports", "Ports that it opens.", item => item.Count("spec", "tls") > 0 ? "80, 443" : "80"), Column.Age),
        ["ingressclasses.networking.k8s.io"] = TablePrinter.Of(
            Column.Name, Column.Text("Controller", "spec.controller", "What serves ingresses of this class."),
            Column.String("Parameters", "Object with the parameters of the class.", Parameters), Column.Age),
        ["networkpolicies.networking.k8s.io"] = TablePrinter.Of(
            Column.Name, Column.Selector("spec.podSelector", "Pod-Selector", "Labels of the pods that it is about."), Column.Age),
    };

    private static string ClusterIP(PrintedObject service)
    {
        if (service.Texts("spec", "clusterIPs") is [var first, ..])
            return first;
        return service.Text("spec", "clusterIP") is { Length: > 0 } single ? single : Column.None;
    }

    private static string ExternalIP(PrintedObject service)
    {
        IReadOnlyList<string> own = service.Texts("spec", "externalIPs");
        switch (service.Text("spec", "type"))
        {
            case "ClusterIP" or "NodePort":
                return own.Count == 0 ? Column.None : string.Join(',', own);
            case "LoadBalancer":
                string balanced = LoadBalancer(service);
                IEnumerable<string> all = balanced.Length == 0 ? own : [balanced, .. own];
                return all.Any() ? string.Join(',', all) : "<pending>";
            case "ExternalName":
                return service.Text("spec", "externalName") ?? "";
            default:
                return HumanDuration.Unknown;
        }
    }

    private static string LoadBalancer(PrintedObject item)
    {
        var addresses = new SortedSet<string>(StringComparer.Ordinal);
        foreach (JsonObject ingress in item.List("status", "loadBalancer", "ingress"))
        {
            string? address = ingress.String("ip") is { Length: > 0 } ip ? ip : ingress.String("hostname");
            if (!string.IsNullOrEmpty(address))
                addresses.Add(address);
        }
        return string.Join(',', addresses);
    }

    private static string Ports(PrintedObject service)
    {
        IEnumerable<string> ports = service.List("spec", "ports").Select(port => port.Integer("nodePort") is > 0 and var node
            ? $"{port.Integer("port")}:{node}/{port.String("protocol")}"
            : $"{port.Integer("port")}/{port.String("protocol")}");
        string text = string.Join(',', ports);
        return text.Length == 0 ? Column.None : text;
    }

    private static string Endpoints(PrintedObject item)
    {
        IReadOnlyList<JsonObject> subsets = item.List("subsets");
        return subsets.Count == 0 ? Column.None : More(subsets.SelectMany(Addresses), "");
    }

    private static IEnumerable<string> Addresses(JsonObject subset)
    {
        IReadOnlyList<JsonObject> ports = PrintedObject.Items(subset["ports"]);
        IEnumerable<string> addresses = PrintedObject.Items(subset["addresses"]).Select(address => address.String("ip") ?? "");
        // Without ports (a headless service may have none) the addresses stand alone.
        return ports.Count == 0
            ? addresses
            : ports.SelectMany(_ => addresses, (port, ip) => ip.Contains(':') ? $"[{ip}]:{port.Integer("port")}" : $"{ip}:{port.Integer("port")}");
    }

    private static string SlicePort(JsonObject port) => port.Integer("port")?.ToString() ?? port.String("name") ?? "*";

    private static string Hosts(PrintedObject ingress)
    {
        IReadOnlyList<JsonObject> rules = ingress.List("spec", "rules");
        var hosts = new List<string>();
        foreach (JsonObject rule in rules)
        {
            if (hosts.Count == Shown)
                return $"{string.Join(',', hosts)} + {rules.Count - Shown} more...";
            if (rule.String("host") is { Length: > 0 } host)
                hosts.Add(host);
        }
        return hosts.Count == 0 ? "*" : string.Join(',', hosts);
    }

    private static string Parameters(PrintedObject item)
    {
        if (item.Object("spec", "parameters") is not { } parameters)
            return Column.None;
        string group = parameters.String("apiGroup") is { } text ? "." + text : "";
        return $"{parameters.String("kind")}{group}/{parameters.String("name")}";
    }

    /// <summary>The first three of many, and how many more there are.</summary>
    private static string More(IEnumerable<string> items, string empty)
    {
        string[] all = [.. items];
        string text = string.Join(',', all.Take(Shown));
        return all.Length > Shown ? $"{text} + {all.Length - Shown} more..." : text.Length == 0 ? empty : text;
    }
}
