<?php
// The menu of a canteen; classes are loaded by name.
spl_autoload_register(fn($name) => require __DIR__ . "/../lib/$name.php");

switch (parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH)) {
    case '/':
        echo "menu\n";
        break;
    case '/dishes':
        header('Content-Type: application/json');
        echo json_encode(Dishes::all());
        break;
    case '/feed':
        $feed = new DOMDocument();
        $feed->appendChild($feed->createElement('dishes', mb_strtoupper('süß')));
        echo $feed->saveXML();
        break;
    case '/clock':
        echo (new DateTime('now', new DateTimeZone('Africa/Nairobi')))->format('P');
        break;
    default:
        http_response_code(404);
}
