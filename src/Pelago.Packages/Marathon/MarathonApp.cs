// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Marathon;

/// <summary>An app of Marathon (version 2 of its API) as objects of Kubernetes, by the table of docs/design/marathon.md.</summary>
internal sealed class MarathonApp
{
    private const string Label = "app.kubernetes.io/instance";
    private readonly MarathonFields _app;
    private readonly string _name;
    private readonly JsonObject _container = [];
    private readonly JsonObject _pod = [];
    private readonly JsonObject _annotations = [];

    private MarathonApp(JsonObject app, string name) => (_app, _name) = (new MarathonFields(app), name);

    /// <summary>The objects, and a line for each field that has no place among them.</summary>
    public static (IReadOnlyList<JsonObject> Objects, IReadOnlyList<string> Notes) Map(JsonObject app, string name)
    {
        var mapping = new MarathonApp(app, name);
        IReadOnlyList<JsonObject> objects = mapping.Objects();
        return (objects, [.. mapping._app.Left()]);
    }

    private IReadOnlyList<JsonObject> Objects()
    {
        string id = _app.String("id") ?? _name;
        MarathonFields container = _app.Object("container"), docker = container.Object("docker");
        Run(docker);
        MarathonResources.Map(_app, _container);
        Environment();
        var network = new MarathonNetwork(_app, container, docker);
        network.MapTo(_pod, _container, _annotations);
        MarathonHealth.Map(_app, _container, network);
        JsonArray claims = MarathonVolumes.Map(container, _pod, _container);
        MarathonPlacement.Map(_app, _pod, _name, Label);
        if (_app.Number("taskKillGracePeriodSeconds") is { } grace)
            _pod["terminationGracePeriodSeconds"] = (long)grace;
        // Where there is a claim the pods have names and volumes of their own; residency says no more than that.
        if (claims.Count > 0)
            _app.Take("residency");
        JsonObject workload = Workload(claims);
        foreach ((string name, string text) in _app.Texts("labels"))
            workload.ObjectOrNew("metadata").ObjectOrNew("annotations")[AnnotationOf(name)] = text;
        workload.ObjectOrNew("metadata").ObjectOrNew("annotations")["marathon.pelago.dev/id"] = id;
        return network.Service(_name, Label) is { } service ? [service, workload] : claims.Count > 0 ? [Headless(), workload] : [workload];
    }

    private void Run(MarathonFields docker)
    {
        _container["name"] = "app";
        string image = docker.String("image") ?? "";
        if (image.Length == 0)
        {
            image = "marathon.invalid/process";
            docker.Note("image", "there is none: it runs only where pods are processes, with the programs of the node");
        }

        _container["image"] = image;
        if (docker.Boolean("forcePullImage") is { } force)
            _container["imagePullPolicy"] = force ? "Always" : "IfNotPresent";
        if (docker.Boolean("privileged") == true)
            _container["securityContext"] = new JsonObject { ["privileged"] = true };
        if (_app.String("cmd") is { Length: > 0 } command)
            _container["command"] = new JsonArray("/bin/sh", "-c", command);
        if (_app.Take("args") is JsonArray { Count: > 0 } arguments)
            _container["args"] = new JsonArray([.. arguments.Select(item => (JsonNode)(item?.ToString() ?? ""))]);
        long? user = _app.String("user") switch { "root" => 0, "nobody" => 65534, { Length: > 0 } other => Unknown(other), _ => null };
        if (user is not null)
            _container.ObjectOrNew("securityContext")["runAsUser"] = user;
    }

    private long? Unknown(string user)
    {
        _app.Note("user", $"the number of {user} is not known, so the image's own user runs it");
        return null;
    }

    private void Environment()
    {
        IReadOnlyList<(string Name, string Text)> texts = _app.Texts("env");
        if (texts.Count > 0)
            _container["env"] = new JsonArray([.. texts.Select(variable => (JsonNode)new JsonObject { ["name"] = variable.Name, ["value"] = variable.Text })]);
    }

    private JsonObject Workload(JsonArray claims)
    {
        bool keeps = claims.Count > 0;
        _pod["containers"] = new JsonArray(_container);
        var labels = new JsonObject { [Label] = _name };
        var spec = new JsonObject
        {
            ["replicas"] = (long)(_app.Number("instances") ?? 1), ["selector"] = new JsonObject { ["matchLabels"] = labels.DeepClone() },
            ["template"] = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = labels.DeepClone(), ["annotations"] = _annotations }, ["spec"] = _pod },
        };
        if (keeps)
        {
            spec["serviceName"] = _name;
            spec["volumeClaimTemplates"] = claims;
        }
        else
        {
            spec["strategy"] = Strategy();
        }

        return new JsonObject
        {
            ["apiVersion"] = "apps/v1", ["kind"] = keeps ? "StatefulSet" : "Deployment", ["metadata"] = new JsonObject { ["name"] = _name, ["labels"] = labels }, ["spec"] = spec,
        };
    }

    /// <summary>How many may be missing, and how many there may be more, while others take their place; Marathon's defaults are all of them, and as many again.</summary>
    private JsonObject Strategy()
    {
        MarathonFields strategy = _app.Object("upgradeStrategy");
        double least = Math.Clamp(strategy.Number("minimumHealthCapacity") ?? 1, 0, 1), over = Math.Clamp(strategy.Number("maximumOverCapacity") ?? 1, 0, 1);
        if (least == 0 && over == 0)
            return new JsonObject { ["type"] = "Recreate" };
        string missing = Percent(1 - least), more = Percent(over);
        // Kubernetes wants room on one side at least.
        return new JsonObject { ["type"] = "RollingUpdate", ["rollingUpdate"] = new JsonObject { ["maxUnavailable"] = missing, ["maxSurge"] = missing == "0%" && more == "0%" ? "1" : more } };
    }

    private JsonObject Headless() => new()
    {
        ["apiVersion"] = "v1", ["kind"] = "Service", ["metadata"] = new JsonObject { ["name"] = _name },
        ["spec"] = new JsonObject { ["clusterIP"] = "None", ["selector"] = new JsonObject { [Label] = _name } },
    };

    private static string Percent(double part) => $"{Math.Ceiling(Math.Round(part * 100, 6)).ToString(CultureInfo.InvariantCulture)}%";

    /// <summary>A label of Marathon may have any name; an annotation's is at most 63 letters, digits, dashes, dots and underscores.</summary>
    private static string AnnotationOf(string label)
    {
        string name = string.Concat(label.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' ? c : '-')).Trim('-', '.', '_');
        return $"label.marathon.pelago.dev/{(name.Length == 0 ? "label" : name.Length > 63 ? name[..63].TrimEnd('-', '.', '_') : name)}";
    }
}
