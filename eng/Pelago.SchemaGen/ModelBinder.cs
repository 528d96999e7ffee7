// SPDX-License-Identifier: Apache-2.0

using System.Reflection;
using System.Text.Json.Serialization;
using k8s.Models;

namespace Pelago.SchemaGen;

/// <summary>
/// Finds the model type of each overlay definition and the definition of each model type that they reach. The models' names carry no package
/// (V1PodSpec, Corev1Event), so every type must be claimed by exactly one overlay definition: an unclaimed or doubly claimed one ends the build.
/// </summary>
internal sealed class ModelBinder(IReadOnlyList<OverlayDefinition> overlay)
{
    private static readonly Assembly Models = typeof(V1Pod).Assembly;
    private readonly Dictionary<Type, string> _names = [];

    public ModelDefinition[] Bind()
    {
        var found = new List<(string Name, Type Model, OverlayDefinition Overlay)>();
        foreach (OverlayDefinition definition in overlay)
        {
            found.Add((definition.FullName, Claim(definition, definition.Name), definition));
            if (definition.HasList)
                found.Add((definition.FullName + "List", Claim(definition, definition.Name + "List"), ListOf(definition)));
        }
        return [.. found.Select(each => BindFields(each.Name, each.Model, each.Overlay)).OrderBy(each => each.Name, StringComparer.Ordinal)];
    }

    private Type Claim(OverlayDefinition definition, string name)
    {
        string[] package = definition.Package.Split('.');
        string group = char.ToUpperInvariant(package[^2][0]) + package[^2][1..];
        string version = package[^1];
        Type? model = Models.GetType($"k8s.Models.{group}{version}{name}") ?? Models.GetType($"k8s.Models.V{version[1..]}{name}");
        if (model is null)
            throw new OverlayException(definition.Place, $"the models have no {group}{version}{name} and no V{version[1..]}{name}");
        if (!_names.TryAdd(model, $"{definition.Package}.{name}"))
            throw new OverlayException(definition.Place, $"{model.Name} is {_names[model]} already");
        return model;
    }

    private static OverlayDefinition ListOf(OverlayDefinition definition)
    {
        var list = new OverlayDefinition { Package = definition.Package, Name = definition.Name + "List", Place = definition.Place, IsKind = true };
        list.Fields["items"] = new OverlayField { Place = definition.Place, Required = true, Zero = true };
        list.Fields["metadata"] = new OverlayField { Place = definition.Place, Zero = true };
        return list;
    }

    private ModelDefinition BindFields(string name, Type model, OverlayDefinition definition)
    {
        var fields = new List<ModelField>();
        HashSet<string> unmatched = [.. definition.Fields.Keys];
        foreach (PropertyInfo property in model.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetCustomAttribute<JsonPropertyNameAttribute>() is not { } json)
                continue;
            if (!definition.Fields.TryGetValue(json.Name, out OverlayField? field))
                field = new OverlayField { Place = definition.Place };
            unmatched.Remove(json.Name);
            if (field.Skip)
                continue;
            Type element = Element(property.PropertyType);
            fields.Add(new ModelField(json.Name, property, element, DefinitionOf(element, field), field));
        }
        if (unmatched.Count > 0)
            throw new OverlayException(definition.Fields[unmatched.First()].Place, $"{model.Name} has no field {unmatched.First()}");
        var entity = model.GetCustomAttribute<KubernetesEntityAttribute>();
        if (definition.IsKind && entity is null)
            throw new OverlayException(definition.Place, $"{model.Name} carries no group, version and kind");
        return new ModelDefinition(name, model, definition, fields)
        {
            GroupVersionKind = definition.IsKind ? (entity!.Group ?? "", entity.ApiVersion!, entity.Kind!) : null,
        };
    }

    /// <summary>What a list or map holds, through all levels; else the type itself.</summary>
    private static Type Element(Type type)
    {
        while (type.IsGenericType)
            type = type.GetGenericArguments()[^1];
        return type;
    }

    private string? DefinitionOf(Type element, OverlayField field)
    {
        if (field.Type is not null)
            return LeafTypes.ByOverlayName(field.Type) ?? throw new OverlayException(field.Place, $"'type={field.Type}' is not known");
        if (LeafTypes.Of(element) is { } leaf)
            return leaf;
        if (element == typeof(object))
            throw new OverlayException(field.Place, "a field here may hold anything; the overlay must say type=");
        if (element.Namespace != "k8s.Models" || element.IsEnum)
            return null;
        return _names.TryGetValue(element, out string? name)
            ? name
            : throw new OverlayException(field.Place, $"{element.Name} is reached from here, but no overlay file defines it");
    }
}
